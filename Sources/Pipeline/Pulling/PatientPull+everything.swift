import FHIR
import PDex

extension PatientPull {
    /// `Patient/[id]/$everything`, limited to the job's types and to what changed (RD-19). If the clinic refuses those
    /// parameters, it returns everything; types that the job does not name are not even staged.
    func everything(_ patient: String, since marks: PullScope.Marks, _ draft: inout PatientDraft) async throws {
        let operation = "$everything"
        var manner = manners.manner(of: operation)
        while true {
            do {
                try await walk(everything(patient, since: marks, manner), of: patient, isAlone: true, &draft)
                break
            } catch let fault as Fault {
                guard let next = manner.after(fault, of: operation, isNarrow: true, comesAlong: false) else {
                    throw fault
                }
                manner = next
            }
        }
        _ = manners.learn(manner, of: operation)
        // A clinic that returns any Provenance here returns all there is.
        if draft.isWitnessed { draft.unwitnessed = [] }
        if isConsentListed, marks.written != nil { try await search("Consent", of: patient, since: .none, &draft) }
        draft.areConsentsRead = isConsentListed
        // A Patient that did not change is not returned, but is needed anyway.
        let key = intake.stager.identities.key(source: terms.clinic.name, type: "Patient", id: patient)
        guard !marks.isComplete, !draft.seen.contains(key) else { return }
        try await search("Patient", of: patient, since: .none, &draft)
    }

    private func everything(
        _ patient: String, since marks: PullScope.Marks, _ manner: SearchManners.Manner
    ) -> SearchQuery {
        var parameters = [SearchQuery.Parameter("_count", "200")]
        if !manner.isWide {
            let types =
                ["Patient"] + terms.selection.sentTypes().filter { $0 != "Consent" }
                + (isConsentListed && marks.written == nil ? ["Consent"] : [])
            parameters.append(.init("_type", types.joined(separator: ",")))
            if let since = marks.written { parameters.append(.init("_since", since.text)) }
        }
        return SearchQuery("Patient/\(patient)/$everything", parameters)
    }
}
