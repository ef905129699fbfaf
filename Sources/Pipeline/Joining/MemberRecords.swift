import FHIR
import PDex

/// The payer's complete records of one member: the Patient, the coverage with this payer, the consents.
struct MemberRecords {
    /// The payer's Patient; nil when only others refer to it.
    let person: Resource?
    /// The coverage with this payer, as ``CoveredMember`` selects it, read from the bytes, with its keys.
    let held: [(key: ResourceKey, coverage: Coverage)]
    /// Every recorded Consent.
    let consents: [ConsentDecision.Recorded]
    /// The coverage and consent on which a decision is based.
    let basis: [StagedHash]

    /// ``held`` without the keys.
    var coverages: [Coverage] { held.map(\.coverage) }

    /// The number by which the payer's own records identify the member: the unique one, or else the member number
    /// (types `UMB` and `MB`); nil when it has neither, or several.
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
        let ours = try CoveredMember(member, terms: terms, identities: identities, reader).held.map(\.key)
        let records = try reader.compartment(of: member)
        person = records.first { $0.key == member }.flatMap { try? Resource(parsing: $0.bytes) }
        held = records.filter { ours.contains($0.key) }.compactMap { staged in
            (try? Resource(parsing: staged.bytes)).map { (staged.key, Coverage($0)) }
        }
        consents = records.filter { $0.type == "Consent" }.map { staged in
            ConsentDecision.Recorded(
                resource: staged, consent: (try? Resource(parsing: staged.bytes)).map(Consent.init))
        }
        basis = records.filter { $0.type == "Coverage" || $0.type == "Consent" }
            .map { StagedHash(key: $0.key, contentHash: $0.contentHash) }
    }
}
