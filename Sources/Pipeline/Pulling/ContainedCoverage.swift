import FHIR
import PDex

/// Coverage that a payer states only inside its claims, contained in ExplanationOfBenefit.
///
/// A claim proves that the plan covered the days that it settled, but nothing beyond or between them: there is a
/// Coverage for each stretch of days, unless it has a period of its own. A claim that was only a request beforehand,
/// undecided or denied proves nothing. Such a Coverage often names its payor only by a display: the payer's NPI is
/// added where that equals its name, ignoring case; a Coverage that names another payor does not count for this one.
struct ContainedCoverage {
    let payer: Party
    let identities: Identities

    /// The Coverages under which an ExplanationOfBenefit was settled; nil when they cannot be read.
    func coverages(in claim: Resource) -> [JSONValue]? {
        guard let id = claim.id, let patient = claim["patient"]?["reference"]?.string else { return nil }
        // A claim that was cancelled, entered in error, or is only a request proves nothing.
        guard claim["status"]?.string == "active", claim["use"]?.string ?? "claim" == "claim",
            !["queued", "error"].contains(claim["outcome"]?.string)
        else { return [] }
        let contained = claim["contained"]?.elements ?? []
        var found: [JSONValue] = []
        for insurance in claim["insurance"]?.elements ?? [] {
            guard let text = insurance["coverage"]?["reference"]?.string, text.hasPrefix("#") else { continue }
            let name = String(text.dropFirst())
            let match = contained.first {
                $0["id"]?.string == name && $0["resourceType"]?.string == "Coverage"
            }
            guard var coverage = match?.object, let beneficiary = coverage["beneficiary"]?["reference"]?.string,
                beneficiary == patient
            else { return nil }
            coverage["payor"] = coverage["payor"].map { .array($0.elements.map(named)) }
            // Outside the claim, a reference to a contained payor would lead nowhere.
            let inner = contained.filter { $0["resourceType"]?.string == "Organization" }
            if !inner.isEmpty { coverage["contained"] = .array(inner) }
            if coverage["period"] != nil {
                coverage["id"] = .string(identities.derived("contained-coverage", payer.name, id, name))
                found.append(.object(coverage))
                continue
            }
            guard let stretches = settled(claim) else { return nil }
            for stretch in stretches {
                let part = identities.derived("contained-coverage", payer.name, id, name, stretch.start)
                coverage["id"] = .string(part)
                coverage["period"] = ["start": .string(stretch.start), "end": .string(stretch.end)]
                found.append(.object(coverage))
            }
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

    /// The stretches of days of all services that were not denied or, if no service has a day, of the billed period, in
    /// order; nil when no day is stated at all.
    private func settled(_ claim: Resource) -> [(start: String, end: String)]? {
        var days: [(start: String, end: String)] = []
        var isDated = false
        for item in claim["item"]?.elements ?? [] {
            guard let stretch = stretch(item, day: "servicedDate", period: "servicedPeriod") else { continue }
            isDated = true
            if !isDenied(item) { days.append(stretch) }
        }
        if !isDated, let billed = stretch(.object(claim.json), day: nil, period: "billablePeriod") { days = [billed] }
        guard isDated || !days.isEmpty else { return nil }
        var stretches: [(start: String, end: String)] = []
        for next in days.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
            if let last = stretches.last, next.start <= last.end {
                stretches[stretches.count - 1].end = max(last.end, next.end)
            } else {
                stretches.append(next)
            }
        }
        return stretches
    }

    private func stretch(_ json: JSONValue, day: String?, period: String) -> (start: String, end: String)? {
        if let day = day.flatMap({ json[$0]?.string?.day }) { return (day, day) }
        guard let start = json[period]?["start"]?.string?.day else { return nil }
        return (start, json[period]?["end"]?.string?.day ?? start)
    }

    /// Whether a service was denied, and nothing was paid for it.
    private func isDenied(_ item: JSONValue) -> Bool {
        let adjudications = item["adjudication"]?.elements ?? []
        func codes(_ adjudication: JSONValue) -> [String] {
            (adjudication["category"]?["coding"]?.elements ?? []).compactMap { $0["code"]?.string }
        }
        let isRefused = adjudications.contains { codes($0).contains("denialreason") }
        let isPaid = adjudications.contains { adjudication in
            let amount = adjudication["amount"]?["value"]?.number.flatMap { Double($0.text) } ?? 0
            return amount > 0 && !Self.paid.isDisjoint(with: codes(adjudication))
        }
        return isRefused && !isPaid
    }

    /// The categories that mean that the plan paid (HL7 adjudication, C4BB).
    private static let paid: Set<String> = ["benefit", "paidtoprovider", "paidtopatient"]
}

extension String {
    /// The day of a date or instant, as written.
    fileprivate var day: String { String(prefix(10)) }
}
