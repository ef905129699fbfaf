import FHIR
import PDex

extension PatientPull {
    /// Fetches the Provenance of resources that came without theirs, by target.
    ///
    /// Where it cannot be had, nothing counts as missing: our own says who sends the data. This is noted once.
    func witness(_ draft: inout PatientDraft) async throws {
        let targets = draft.unwitnessed.sorted()
        guard !targets.isEmpty else { return }
        guard provenance.isByTarget else { return tellUnwitnessed() }
        for start in stride(from: 0, to: targets.count, by: ProvenanceSearch.targetsAtOnce) {
            let some = targets[start..<min(start + ProvenanceSearch.targetsAtOnce, targets.count)]
            do {
                try await walk(
                    SearchQuery(
                        "Provenance", [.init("target", some.joined(separator: ",")), .init("_count", "200")]),
                    of: nil, isAlone: false, &draft)
            } catch let fault as Fault where Self.isOfOneType(fault) {
                provenance.giveUp()
                return tellUnwitnessed()
            }
        }
    }

    private func tellUnwitnessed() {
        guard provenance.tellsFirst() else { return }
        observer(
            .note(
                "\(terms.clinic.name) gives no Provenance with some searches; who wrote those records is not passed on")
        )
    }
}
