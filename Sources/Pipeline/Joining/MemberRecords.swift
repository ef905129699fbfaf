import FHIR
import PDex

/// What the payer records of one member: the Patient, the coverage with this payer, the consents.
struct MemberRecords {
    /// The payer's Patient; nil when only others refer to it.
    let person: Resource?
    /// Coverage with this payer and no other (CO-13); while ``isPayorKnown`` is false, coverage that may be another's.
    var coverages: [Coverage] { held.map(\.coverage) }
    /// The same, with their keys.
    let held: [(key: ResourceKey, coverage: Coverage)]
    /// Whether it is certain that the coverages are with this payer.
    let isPayorKnown: Bool
    /// Every recorded Consent.
    let consents: [ConsentDecision.Recorded]
    /// The coverage and consent that a decision rests on.
    let basis: [StagedHash]

    /// By which the payer calls the member in its own records: the unique number, or else the member's (types `UMB` and
    /// `MB`); nil when it has neither, or several.
    var number: Identifier? {
        let own = (person?["identifier"]?.elements ?? []).compactMap(Identifier.init).filter { $0.value != nil }
        for code in ["UMB", "MB"] {
            let found = own.filter { $0.hasTypeCode(code) }
            if !found.isEmpty { return found.count == 1 ? found.first : nil }
        }
        let covered = Set(coverages.flatMap(\.memberIdentifiers).filter { $0.hasTypeCode("MB") && $0.value != nil })
        return covered.count == 1 ? covered.first : nil
    }

    init(of member: ResourceKey, terms: ExchangeTerms, identities: Identities, _ reader: any MemberReader) throws {
        let records = try reader.compartment(of: member)
        person = records.first { $0.key == member }.flatMap { try? Resource(parsing: $0.bytes) }
        let payers = Stager(source: terms.payer.name, base: terms.payer.base, identities: identities)
        var sure: [(key: ResourceKey, coverage: Coverage)] = []
        var unsure: [(key: ResourceKey, coverage: Coverage)] = []
        for staged in records where staged.type == "Coverage" {
            guard let coverage = (try? Resource(parsing: staged.bytes)).map(Coverage.init) else { continue }
            let verdicts = try coverage.payors.map { payor -> Bool? in
                let organization = try payor.reference.flatMap(payers.key).flatMap(reader.staged)
                    .flatMap { try? Resource(parsing: $0.bytes) }
                return payor.resolved(organization).isPayer(
                    terms.payer, source: terms.coverage, isResolved: organization != nil)
            }
            if verdicts.contains(true) {
                sure.append((staged.key, coverage))
            } else if verdicts.contains(nil) {
                unsure.append((staged.key, coverage))
            }
        }
        held = sure.isEmpty ? unsure : sure
        isPayorKnown = !sure.isEmpty || unsure.isEmpty
        consents = records.filter { $0.type == "Consent" }.map { staged in
            ConsentDecision.Recorded(
                resource: staged, consent: (try? Resource(parsing: staged.bytes)).map(Consent.init))
        }
        basis = records.filter { $0.type == "Coverage" || $0.type == "Consent" }
            .map { StagedHash(key: $0.key, contentHash: $0.contentHash) }
    }
}
