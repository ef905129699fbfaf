import FHIR
import PDex

/// Who is contained as a Patient in what is sent of a member: the member, or somebody else, who is not named.
struct ContainedPatients {
    private let person: Person
    private let numbers: Set<String>

    /// Those that are not the one of this Patient are strangers.
    init(besides patient: Resource) {
        person = Person(patient)
        numbers = Self.numbers(of: patient)
    }

    /// A resource without the strangers in it; what refers to one of them says that it is masked.
    func leavingOutStrangers(of resource: Resource) -> Resource {
        resource.leavingOutContained(where: isStranger)
    }

    /// Whoever is not proven to be the member: by a number, or by name and birth date.
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
