import FHIR
import PDex

extension ExchangePipeline {
    /// What the payer holds of a patient but should not, and what becomes of it, in words; nil when there is nothing.
    func misplaced(of patient: ResourceKey, _ reader: any StoreReader) throws -> String? {
        let stager = Stager(clinicOf: terms, identities)
        let join = Join(terms: terms, identities: identities, stager: stager, clock: clock)
        let standing = try Standing(join.outcome(for: patient, reader), consent: checkConsent, run: nil, reader)
        let holdings = try PayerHoldings(
            of: patient, payer: terms.payer.name, by: EntryWriter(terms: terms, identities: identities), reader)
        let held = holdings.concerned(by: Undoing(standing), marked: terms.afterRevocation == .delete)
        guard !held.isEmpty else { return nil }
        let members = Set(held.keys.flatMap { holdings.members[$0] ?? [] }.compactMap(\.member)).sorted()
        let whose = members.isEmpty ? "" : " as member " + members.map(\.description).joined(separator: ", ")
        let count = held.count == 1 ? "1 resource" : "\(held.count) resources"
        return "\(terms.payer.name) holds \(count) of the patient\(whose), \(whatBecomes)"
    }

    private var whatBecomes: String {
        switch terms.afterRevocation {
        case .leave: "which stay there until somebody tells it (after-revocation: leave)"
        case .notify: "which the next run lists as exchange.not-retracted for somebody to tell it"
        case .enteredInError, .delete: "which the next run takes back, but for the Patient and what is shared"
        }
    }
}
