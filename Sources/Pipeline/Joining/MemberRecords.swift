import FHIR
import PDex

/// What the payer records of one member: the Patient, the coverage with this payer, the consents.
struct MemberRecords {
    /// The payer's Patient; nil when only others refer to it.
    let person: Resource?
    /// Coverage with this payer and no other (CO-13).
    var coverages: [Coverage] { held.map(\.coverage) }
    /// The same, with their keys.
    let held: [(key: ResourceKey, coverage: Coverage)]
    /// Every recorded Consent.
    let consents: [ConsentDecision.Recorded]
    /// The coverage and consent that a decision rests on.
    let basis: [StagedHash]

    init(of member: ResourceKey, terms: ExchangeTerms, identities: Identities, _ reader: any MemberReader) throws {
        let records = try reader.compartment(of: member)
        person = records.first { $0.key == member }.flatMap { try? Resource(parsing: $0.bytes) }
        let payers = Stager(source: terms.payer.name, base: terms.payer.base, identities: identities)
        held = try records.filter { $0.type == "Coverage" }.compactMap { staged in
            guard let resource = try? Resource(parsing: staged.bytes) else { return nil }
            let coverage = Coverage(resource)
            let isThePayers = try coverage.payors.contains { payor in
                let organization = try payor.reference.flatMap(payers.key).flatMap(reader.staged)
                    .flatMap { try? Resource(parsing: $0.bytes) }
                return payor.resolved(organization).names(terms.payer, source: terms.coverage)
            }
            return isThePayers ? (staged.key, coverage) : nil
        }
        consents = records.filter { $0.type == "Consent" }.map { staged in
            ConsentDecision.Recorded(
                resource: staged, consent: (try? Resource(parsing: staged.bytes)).map(Consent.init))
        }
        basis = records.filter { $0.type == "Coverage" || $0.type == "Consent" }
            .map { StagedHash(key: $0.key, contentHash: $0.contentHash) }
    }
}
