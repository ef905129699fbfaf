import FHIR
import PDex

/// Writes the question who a patient is from the clinic's records, with no more than the payer needs for an answer.
struct MatchQuestionWriter {
    /// What can be written from the clinic's records.
    enum Outcome {
        case question(MemberMatchQuestion)
        /// There is nothing to ask with, and why.
        case nothing(String)
    }

    let terms: ExchangeTerms
    let now: Instant

    /// The elements of HRex Coverage that a payer can compare; money and other people stay at the clinic.
    private static let coverageElements = [
        "status", "type", "subscriberId", "beneficiary", "dependent", "relationship", "period", "payor", "class",
    ]
    private static let consentElements = [
        "status", "scope", "category", "dateTime", "performer", "sourceReference", "policy", "provision",
    ]

    /// The question about `patient`, whose id in it is `id`, with one of the `coverages` by this payer: the one that
    /// pays first today, or else the one that ended last. `organization` looks up who pays.
    func outcome(
        about patient: Resource, as id: String, coverages: [Resource], consents: [Resource],
        organization: (String) throws -> Resource?
    ) rethrows -> Outcome {
        guard let person = person(patient, id) else {
            return .nothing("the clinic's record lacks a name, the birth date, or gender and birth sex")
        }
        guard let card = try card(among: coverages, organization) else {
            return .nothing("the clinic has no coverage of \(terms.payer.name) with a member or subscriber number")
        }
        let consent = terms.inquiry.consent == .never ? nil : consent(among: consents, of: patient, as: id)
        guard consent != nil || terms.inquiry.consent != .required else {
            return .nothing("the clinic has no consent for \(terms.payer.name) to go with the question")
        }
        return .question(MemberMatchQuestion(patient: person, coverage: card, consent: consent))
    }

    /// Name, birth date, gender and the parts of the address that our own rules compare (MM-06).
    private func person(_ patient: Resource, _ id: String) -> Resource? {
        let names = patient["name"]?.elements ?? []
        guard let name = names.first(where: { $0["use"]?.string == "official" }) ?? names.first,
            name["family"]?.string != nil, name["given"]?.elements.first?.string != nil,
            let born = patient["birthDate"], born.string?.utf8.count == 10
        else { return nil }
        var person: JSONObject = ["resourceType": "Patient", "id": .string(id)]
        if let gender = patient["gender"] {
            person["gender"] = gender
        } else if let sex = patient.birthSex {
            person["extension"] = [sex]
        } else {
            return nil
        }
        person["name"] = [name.only(["use", "family", "given", "suffix"])]
        person["birthDate"] = born
        let addresses = (patient["address"]?.elements ?? []).filter { $0["use"]?.string != "old" }
        if let address = addresses.first { person["address"] = [address.only(["city", "state", "postalCode"])] }
        return try? Resource(.object(person))
    }

    private func card(
        among coverages: [Resource], _ organization: (String) throws -> Resource?
    ) rethrows -> Resource? {
        let ours = try coverages.filter { resource in
            let coverage = Coverage(resource)
            // A card needs a status (MM-07), and must not be a draft, cancelled or a mistake.
            guard coverage.status == "active", coverage.payors.count == 1,
                coverage.subscriberID != nil || !Self.memberNumbers(resource).isEmpty
            else { return false }
            return try coverage.payors.allSatisfy { payor in
                try payor.resolved(payor.reference.flatMap(organization)).names(terms.payer, isServed: false)
            }
        }
        let today = ServiceDates(first: now.text, last: now.text)
        let sorted = ours.sorted { Self.rank($0, today) < Self.rank($1, today) }
        return sorted.first.flatMap(written)
    }

    /// Cards that hold today come first, by their order; then the others, the latest end first.
    private static func rank(_ resource: Resource, _ today: ServiceDates) -> (Int, Int, String) {
        let coverage = Coverage(resource)
        guard coverage.isActive(on: today) else {
            let end = (resource["period"]?["end"]?.string ?? "").prefix(10).filter(\.isNumber)
            return (1, -(Int(end) ?? 0), resource.id ?? "")
        }
        return (0, coverage.order ?? .max, resource.id ?? "")
    }

    private static func memberNumbers(_ coverage: Resource) -> [JSONValue] {
        (coverage["identifier"]?.elements ?? []).filter { Identifier($0)?.hasTypeCode("MB") ?? false }
    }

    /// The card as HRex requires it (MM-05, MM-07, MM-08): the payer by its NPI, the relationship given or marked
    /// unknown.
    private func written(_ coverage: Resource) -> Resource? {
        var card: JSONObject = ["resourceType": "Coverage", "id": "coverage"]
        let numbers = Self.memberNumbers(coverage)
        if !numbers.isEmpty { card["identifier"] = .array(numbers.map { $0.only(["type", "system", "value"]) }) }
        for element in Self.coverageElements { card[element] = coverage[element] }
        card["payor"] = [
            [
                "identifier": ["system": "http://hl7.org/fhir/sid/us-npi", "value": .string(terms.payer.npi)],
                "display": .string(terms.payer.organization),
            ]
        ]
        if card["relationship"] == nil {
            card["relationship"] = [
                "extension": [
                    ["url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"]
                ]
            ]
        }
        return try? Resource(.object(card))
    }

    /// An HRex Consent that names the payer as the source and us as the recipient, has a start and an end, and is in
    /// force now (HC-01 … HC-03).
    private func consent(among consents: [Resource], of patient: Resource, as id: String) -> Resource? {
        let fitting = consents.filter { resource in
            let consent = Consent(resource)
            func names(_ role: Consent.Actor.Role, _ npi: String) -> Bool {
                consent.actors.contains {
                    $0.roles.contains(role) && $0.identifier?.isNPI == true && $0.identifier?.value == npi
                }
            }
            return consent.status == "active" && consent.isAboutPrivacy && consent.isAboutDisclosure
                && consent.policy != nil && consent.provisionType == "permit" && consent.permitsDisclosing
                && consent.evidence == .document && !consent.hasUnsupportedProvision
                && isInForce(consent.period)
                && names(.source, terms.payer.npi) && names(.recipient, terms.clinic.npi)
                && isGiven(resource, by: patient)
        }
        return fitting.sorted { ($0.id ?? "") < ($1.id ?? "") }.last.flatMap { written($0, as: id) }
    }

    /// Whether the patient alone gave it, however the clinic refers to its Patient.
    private func isGiven(_ consent: Resource, by patient: Resource) -> Bool {
        let performers = consent["performer"]?.elements ?? []
        guard performers.count == 1, let text = performers[0]["reference"]?.string,
            case .local("Patient", let id, _) = Reference(parsing: text).relative(to: terms.clinic.base)
        else { return false }
        return id == patient.id
    }

    /// HRex requires both ends (HC-02): a payer refuses the question without, and nobody agreed for an unlimited time.
    private func isInForce(_ period: Period?) -> Bool {
        guard let period, period.start != nil, period.end != nil else { return false }
        return period.isInForce(at: now)
    }

    private func written(_ consent: Resource, as id: String) -> Resource? {
        var json: JSONObject = ["resourceType": "Consent", "id": "consent"]
        for element in Self.consentElements { json[element] = consent[element] }
        if let text = consent["sourceReference"]?["reference"]?.string, case .local = Reference(parsing: text) {
            json["sourceReference"] = ["reference": .string(terms.clinic.base + "/" + text)]
        }
        json["performer"] = [["reference": .string("Patient/" + id)]]
        return try? Resource(.object(json))
    }
}

extension JSONValue {
    /// The object with only these members.
    fileprivate func only(_ keys: [String]) -> JSONValue {
        guard let object else { return self }
        var kept = JSONObject()
        for key in keys { kept[key] = object[key] }
        return .object(kept)
    }
}
