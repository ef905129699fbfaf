import FHIR
import PDex

/// The Patients contained in a member's resources: each is the member, or somebody else, who must not be named.
struct ContainedPatients {
    private let person: Person
    private let numbers: Set<String>

    /// Contained Patients who are not this one are strangers.
    init(besides patient: Resource) {
        person = Person(patient)
        numbers = Self.numbers(of: patient)
    }

    /// A resource without the strangers in it; references to them are masked.
    func leavingOutStrangers(of resource: Resource) -> Resource {
        resource.leavingOutContained(where: isStranger)
    }

    /// A contained Patient not proven to be the member, by a number or by name and birth date.
    private func isStranger(_ json: JSONValue) -> Bool {
        guard json["resourceType"]?.string == "Patient" else { return false }
        guard let patient = try? Resource(json) else { return true }
        if !numbers.isDisjoint(with: Self.numbers(of: patient)) { return false }
        let other = Person(patient)
        return !(person.isComparable && other.isComparable) || person.contradicts(other)
    }

    private static func numbers(of patient: Resource) -> Set<String> {
        Set((patient["identifier"]?.elements ?? []).compactMap(Identifier.init).compactMap(\.numberToken))
    }
}
