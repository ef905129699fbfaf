import FHIR
import PDex

/// Coverage that a payer tells only inside its claims: contained in ExplanationOfBenefit.
///
/// One claim proves that the plan covered the days that it settled, and nothing beyond: the Coverage gets those days as
/// its period, unless it has one of its own. Such a Coverage often names its payor by nothing but a display: the
/// payer's NPI is added where that is its name to the letter, and what names another payor is no coverage of this one.
struct ContainedCoverage {
    let payer: Party
    let identities: Identities

    /// The Coverages that an ExplanationOfBenefit was settled under; nil when they cannot be read.
    func coverages(in claim: Resource) -> [JSONValue]? {
        guard let id = claim.id, let patient = claim["patient"]?["reference"]?.string else { return nil }
        // A claim that was cancelled, or entered in error, proves nothing.
        guard claim["status"]?.string == "active" else { return [] }
        let contained = claim["contained"]?.elements ?? []
        var found: [JSONValue] = []
        for insurance in claim["insurance"]?.elements ?? [] {
            guard let text = insurance["coverage"]?["reference"]?.string, text.hasPrefix("#") else { continue }
            let name = String(text.dropFirst())
            let match = contained.first {
                $0["id"]?.string == name && $0["resourceType"]?.string == "Coverage"
            }
            guard var coverage = match?.object, let beneficiary = coverage["beneficiary"]?["reference"]?.string,
                beneficiary == patient, let period = coverage["period"] ?? settled(claim)
            else { return nil }
            coverage["id"] = .string(identities.derived("contained-coverage", payer.name, id, name))
            coverage["payor"] = coverage["payor"].map { .array($0.elements.map(named)) }
            coverage["period"] = period
            // Outside the claim a payor that is contained there leads nowhere.
            let inner = contained.filter { $0["resourceType"]?.string == "Organization" }
            if !inner.isEmpty { coverage["contained"] = .array(inner) }
            found.append(.object(coverage))
        }
        return found
    }

    private func named(_ payor: JSONValue) -> JSONValue {
        guard var object = payor.object, object["reference"] == nil, object["identifier"] == nil,
            object["display"]?.string?.lowercased() == payer.organization.lowercased()
        else { return payor }
        object["identifier"] = ["system": "http://hl7.org/fhir/sid/us-npi", "value": .string(payer.npi)]
        return .object(object)
    }

    /// The days of the services, or else those that were billed.
    private func settled(_ claim: Resource) -> JSONValue? {
        var days: [(start: String, end: String)] = []
        for item in claim["item"]?.elements ?? [] {
            if let day = item["servicedDate"]?.string { days.append((day, day)) }
            if let start = item["servicedPeriod"]?["start"]?.string {
                days.append((start, item["servicedPeriod"]?["end"]?.string ?? start))
            }
        }
        if days.isEmpty, let start = claim["billablePeriod"]?["start"]?.string {
            days.append((start, claim["billablePeriod"]?["end"]?.string ?? start))
        }
        guard let first = days.map(\.start.day).min(), let last = days.map(\.end.day).max() else { return nil }
        return ["start": .string(first), "end": .string(last)]
    }
}

extension String {
    /// The day of a date or instant, as written.
    fileprivate var day: String { String(prefix(10)) }
}
