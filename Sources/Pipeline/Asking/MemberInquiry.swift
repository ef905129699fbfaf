import FHIR
import PDex

/// Asks the payer about patients whom only it can identify (HRex `$member-match`, MM-01 … MM-14).
///
/// Each question is about one patient with one card, and is not repeated once answered: a payer takes more for
/// guessing. It is stored before it leaves, so that a crash cannot lead to more questions than allowed.
struct MemberInquiry: Sendable {
    let terms: ExchangeTerms
    /// The run that asks; nil when an operator does.
    let run: Run?
    let clinic: any ClinicServer
    let payer: any PayerServer
    let store: any Store
    let identities: Identities
    let clock: any WallClock
    let tally: PullTally
    let actor: String
    let observer: @Sendable (RunEvent) -> Void

    /// A patient to ask about, and the outcome of the question before.
    struct Candidate: Sendable {
        let patient: ClinicalResource
        let before: MemberMatch?
    }

    /// After this many questions in a row without an answer, the run stops asking.
    private static let mostFailures = 3

    /// Asks about every open patient in the run's roster.
    ///
    /// A question that gets no answer is counted as a problem of the run, and asked again in the next.
    func ask() async throws {
        guard terms.matchBy.contains(.memberMatch), let run else { return }
        observer(.step("ask \(terms.payer.name) about patients whom only it can tell"))
        var failures = 0
        for try await group in RosterWalk(store: store, run: run.id) {
            for candidate in try await candidates(in: group) {
                try Task.checkCancellation()
                do {
                    try await ask(about: candidate)
                    failures = 0
                } catch let fault as Fault where fault.disposition == .retry {
                    await tally.refused(fault.code)
                    failures += 1
                }
                guard failures < Self.mostFailures else {
                    return observer(.note("\(terms.payer.name) gives no answers; the rest is asked in the next run"))
                }
            }
        }
    }

    func candidates(in group: [ResourceKey]) async throws -> [Candidate] {
        let (terms, identities, now) = (terms, identities, clock.now())
        let wasAskedFor = run.map { $0.trigger == .request } ?? true
        return try await store.read { reader in
            let stager = Stager(clinicOf: terms, identities)
            let recognition = Recognition(terms: terms, identities: identities, reader: reader)
            return try group.compactMap { key in
                let before = try reader.memberMatch(of: key, terms.route)
                guard Self.isDue(before, terms, now, wasAskedFor), let staged = try reader.staged(key),
                    let patient = ClinicalResource(staged, stager: stager),
                    try recognition.isForThePayer(KnownPatient(patient, stager))
                else { return nil }
                return Candidate(patient: patient, before: before)
            }
        }
    }

    /// Whether to ask: cards are not read more often than everything is fetched again, unless the member is wanted now.
    private static func isDue(
        _ before: MemberMatch?, _ terms: ExchangeTerms, _ now: Instant, _ wasAskedFor: Bool
    ) -> Bool {
        guard let before, before.outcome != .asked else { return true }
        guard before.outcome != .matched, before.attempts < terms.inquiry.attempts else { return false }
        return wasAskedFor || (now - before.at) / .seconds(1) >= terms.selection.reconcileSeconds
    }

    private func ask(about candidate: Candidate) async throws {
        let key = candidate.patient.staged.key
        let before = candidate.before
        var match = MemberMatch(
            route: terms.route, patient: key, outcome: .notAsked, question: before?.question,
            attempts: before?.attempts ?? 0, detail: "", at: clock.now())
        let unasked = match
        switch try await question(about: candidate.patient) {
        case .nothing(let why, let code):
            match.detail = code.map { "\($0.rawValue): \(why)" } ?? why
            try await keep(match, "match.not-asked")
        case .question(let question, let permit, let live):
            let hash = question.parameters.serialized().withUnsafeBytes(identities.contentHash)
            switch MemberMatch.turn(of: hash, after: before, atMost: terms.inquiry.attempts) {
            case .answered, .exhausted:
                guard var same = before else { return }
                same.at = clock.now()
                return try await keep(same, "match.not-asked")
            case .next: match.attempts += 1
            case .again: break
            }
            match.outcome = .asked
            match.question = hash
            match.detail = "\(terms.payer.name) was asked, and has not answered"
            try await keep(match, "match.asked")
            let look = QuestionLook(inquiry: self, patient: key, live: live)
            let answer: MemberMatchAnswer
            do {
                answer = try await ask(question, permit, look)
            } catch let fault as Fault where fault.disposition == .withhold {
                return try await keep(look.withheld(match, unasked: unasked, fault), "match.not-asked")
            }
            match.at = clock.now()
            try await settle(&match, by: answer)
        }
    }

    /// A question that may be asked, or why there is none.
    enum Question {
        /// The question, its permit, and the clinic's consents as they were read for it.
        case question(MemberMatchQuestion, QuestionPermit, [ConsentDecision.Recorded])
        /// In words, and with a code when it is about consent or labels: then the words may tell of this one patient.
        case nothing(String, FaultCode?)
    }

    /// The only place where a single question leaves. It takes a permit, and the decision is made again before each
    /// try.
    private func ask(
        _ question: MemberMatchQuestion, _ permit: QuestionPermit, _ look: QuestionLook
    ) async throws -> MemberMatchAnswer {
        try await payer.matchMember(question) { try await look.take() }
    }

    /// Reads what the clinic has to ask with, because cards change without the patient's record. If a patient may not
    /// be asked about, no card is read.
    func question(about patient: ClinicalResource) async throws -> Question {
        let id = patient.staged.id
        let consents = terms.inquiry.consent == .never ? [] : try await records("Consent", of: id)
        let permit: QuestionPermit
        let live = consents.map(recorded)
        switch try await store.read({ try check.permit(toAskAbout: patient, live, $0) }) {
        case .failure(let fault): return .nothing(fault.message, fault.code)
        case .success(let given): permit = given
        }
        let coverages = try await records("Coverage", of: id)
        var organizations: [String: Resource] = [:]
        for text in Set(coverages.flatMap { Coverage($0).payors }.compactMap(\.reference)) {
            guard case .local("Organization", let id, _) = Reference(parsing: text).relative(to: terms.clinic.base)
            else { continue }
            await tally.requested()
            organizations[text] = try await clinic.read(type: "Organization", id: id).flatMap {
                try? Resource(parsing: $0)
            }
        }
        let outcome = MatchQuestionWriter(terms: terms, now: clock.now()).outcome(
            about: patient.resource, as: local(patient.staged.key), coverages: coverages, consents: consents
        ) { organizations[$0] }
        switch outcome {
        case .question(let question): return .question(question, permit, live)
        case .nothing(let why): return .nothing(why, nil)
        }
    }

    /// The clinic's consents of a patient, read now.
    func consents(of patient: ClinicalResource) async throws -> [ConsentDecision.Recorded] {
        try await records("Consent", of: patient.staged.id).map(recorded)
    }

    /// Decides whether a patient may be asked about.
    var check: CheckConsent {
        CheckConsent(terms: terms, clock: clock, segmentation: Segmentation(terms: terms, identities: identities))
    }

    /// One of the clinic's consents as it was read just now.
    private func recorded(_ consent: Resource) -> ConsentDecision.Recorded {
        let bytes = consent.serialized()
        let id = consent.id ?? ""
        return ConsentDecision.Recorded(
            resource: StagedResource(
                key: identities.key(source: terms.clinic.name, type: "Consent", id: id), source: terms.clinic.name,
                type: "Consent", id: id, versionID: consent["meta"]?["versionId"]?.string,
                lastUpdated: consent["meta"]?["lastUpdated"]?.string.flatMap { Instant($0) }, patient: nil,
                contentHash: bytes.withUnsafeBytes(identities.contentHash), bytes: bytes),
            consent: Consent(consent))
    }

    /// The patient's id in a question: not an id of the clinic, and the same each time.
    func local(_ patient: ResourceKey) -> String {
        identities.derived("member-match", patient.description, terms.payer.name)
    }

    private func records(_ type: String, of patient: String) async throws -> [Resource] {
        var found: [Resource] = []
        let element = type == "Coverage" ? "beneficiary" : "patient"
        let walk = PageWalk(server: clinic, name: terms.clinic.name, tally: tally)
        try await walk.each(SearchQuery(type, [.init("patient", patient)])) { page in
            for entry in page.entries where entry.mode == .match {
                guard let resource = try? Resource(parsing: entry.bytes), resource.type == type,
                    let owner = resource[element]?["reference"]?.string,
                    case .local("Patient", patient, _) = Reference(parsing: owner).relative(to: terms.clinic.base)
                else { continue }
                found.append(resource)
            }
        }
        return found
    }
}
