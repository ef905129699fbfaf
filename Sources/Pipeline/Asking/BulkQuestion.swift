import FHIR
import PDex

/// The question about one patient of a bulk request, and what it was written from.
struct BulkQuestion: Sendable {
    let candidate: MemberInquiry.Candidate
    /// The state to keep when the question leaves.
    let match: MemberMatch
    let question: MemberMatchQuestion
    /// The clinic's consents as they were read for it.
    let live: [ConsentDecision.Recorded]

    /// The state to keep when the question does not leave: it does not count.
    func notAsked(_ fault: Fault) -> MemberMatch {
        let before = candidate.before
        return MemberMatch(
            route: match.route, patient: match.patient, outcome: .notAsked, question: before?.question,
            attempts: before?.attempts ?? 0, detail: "\(fault.code.rawValue): \(fault.message)", at: match.at)
    }
}

extension MemberInquiry {
    /// The patients of a batch who may not be asked about by what is known now, and why.
    func objections(to batch: [BulkQuestion], _ reader: any StoreReader) throws -> [ResourceKey: Fault] {
        var found: [ResourceKey: Fault] = [:]
        for item in batch {
            let key = item.match.patient
            // The Patient as staged now: a label may have been added.
            let stager = Stager(clinicOf: terms, identities)
            let staged = try reader.staged(key).flatMap { ClinicalResource($0, stager: stager) }
            guard let staged else {
                found[key] = Fault(.memberUnknown, .withhold, "the clinic no longer has the patient")
                continue
            }
            if case .failure(let fault) = try check.permit(toAskAbout: staged, item.live, reader) { found[key] = fault }
        }
        return found
    }

    /// Why a patient may not be asked about, by what is known now and the clinic's consents as they were read (`live`);
    /// nil when nothing objects.
    func objection(
        to patient: ResourceKey, _ live: [ConsentDecision.Recorded], _ reader: any StoreReader
    ) throws -> Fault? {
        // The Patient as staged now: a label may have been added.
        guard let staged = try self.patient(patient, reader) else {
            return Fault(.memberUnknown, .withhold, "the clinic no longer has the patient")
        }
        switch try check.permit(toAskAbout: staged, live, reader) {
        case .failure(let fault): return fault
        case .success: return nil
        }
    }

    /// The clinic's Patient as it is staged; nil when there is none.
    func patient(_ key: ResourceKey, _ reader: any StoreReader) throws -> ClinicalResource? {
        let stager = Stager(source: terms.clinic.name, base: terms.clinic.base, identities: identities)
        return try reader.staged(key).flatMap { ClinicalResource($0, stager: stager) }
    }
}
