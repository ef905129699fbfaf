import FHIR
import PDex

/// Pulls patient by patient: one query per type, or one operation for everything, then the resources they refer to.
struct PatientPull: Sendable {
    let terms: ExchangeTerms
    let run: Run
    let clinic: any ClinicServer
    let store: any Store
    let intake: Intake
    let plan: PullPlan
    let unit: PullUnit
    let provenance: ProvenanceSearch
    let mostMissing: Int
    let observer: @Sendable (RunEvent) -> Void
    /// Whether the clinic's Consents are fetched. They are fetched completely each time, since an old one may deny,
    /// whatever the job's instants are.
    let isConsentListed: Bool
    private let refused = RefusedTypes()
    let manners = SearchManners()
    private let closure: SharedClosure
    private let streak: PatientStreak
    private let consents: UnreadConsents

    /// How many patients in a row may fail before the run ends.
    static let mostFailures = 5

    init(
        terms: ExchangeTerms, run: Run, clinic: any ClinicServer, store: any Store, intake: Intake, plan: PullPlan,
        capability: ServerCapability, provenance: ProvenanceSearch, unit: PullUnit, mostFailures: Int,
        mostMissing: Int,
        observer: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.provenance = provenance
        streak = PatientStreak(most: mostFailures)
        self.terms = terms
        self.run = run
        self.clinic = clinic
        self.store = store
        self.intake = intake
        self.plan = plan
        self.unit = unit
        self.mostMissing = mostMissing
        self.observer = observer
        isConsentListed = capability.types["Consent"] != nil
        closure = SharedClosure(clinic: clinic, intake: intake, name: terms.clinic.name, capability: capability)
        consents = UnreadConsents(run: run.id, source: terms.clinic.name, store: store)
    }

    /// A patient's data is written whenever it reaches this many bytes, and at the end.
    private static let batchBytes = 2 << 20

    /// Fetches everything of these patients, each from where it was last complete unless told otherwise.
    func pull(patients: some Sequence<String>, from start: PullScope.Start = .watermark) async throws {
        let done = try await store.read { [run] in try $0.pullProgress(run: run.id) }
        consents.resume(done)
        var waiting = patients.lazy.filter { [done] patient in
            done[Self.wholeMark(patient)] == nil && done[mark(patient)] == nil
        }.makeIterator()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Each patient is one request at a time, so this many fit; the clinic's client holds back any excess.
            for _ in 0..<max(1, clinic.requestsAtOnce) {
                if let next = waiting.next() { group.addTask { try await fetch(next, start) } }
            }
            while try await group.next() != nil {
                if let next = waiting.next() { group.addTask { try await fetch(next, start) } }
            }
        }
    }

    /// Fetches one patient. A fault is that patient's alone, until it hits several in a row.
    private func fetch(_ patient: String, _ start: PullScope.Start) async throws {
        var fault: Fault?
        do {
            fault = try await unit.fetch("a patient's data") { try await pull(patient, start) }
        } catch let thrown as Fault where Self.isOfOnePatient(thrown) {
            observer(.note("a patient's data cannot be had (\(thrown.code.rawValue)); the run goes on without it"))
            await intake.tally.refused(thrown.code)
            fault = thrown
        }
        guard let fault else { return streak.succeed() }
        if isConsentListed { try await consents.missed(key(of: patient)) }
        if streak.fail() { throw fault }
    }

    /// Fetches one patient; the last of the data, the mark and the patient's watermarks are committed together.
    private func pull(_ patient: String, _ start: PullScope.Start) async throws {
        let key = key(of: patient)
        let marks = try await PullScope.marks(terms, patient: key, from: start, store: store, now: intake.now)
        var draft = PatientDraft()
        switch plan.way {
        case .everything:
            do {
                try await everything(patient, since: marks, &draft)
            } catch let fault as Fault where Self.isOfOneType(fault) || fault.code == .remoteTooLarge {
                // Offered but refused, or an unknown patient, or too much for one answer: searching shows which.
                observer(
                    .note("\(terms.clinic.name) does not give $everything; the member is searched, type by type"))
                try await search(patient, since: marks, &draft)
            }
        case .search, .export: try await search(patient, since: marks, &draft)
        }
        // A Patient that did not change since the instant named is not returned, but is needed anyway.
        if !marks.hasNoGap, !draft.seen.contains(key) { try await search("Patient", of: patient, since: .none, &draft) }
        try await witness(&draft)
        draft.flaws += try await closure.fetch(draft.references)
        let (run, source, selection) = (run.id, terms.clinic.name, terms.selection)
        // By the server's clock at the first answer: changes made meanwhile are fetched again (RD-13).
        let asOf = draft.time.map { PullScope.believable($0, now: intake.now) }
        if asOf != draft.time { await intake.tally.noted(.clinicClockAhead) }
        let (isWhole, isComplete) = (draft.flaws == 0, marks.isComplete && !draft.isNarrowed)
        let hasNoGap = marks.hasNoGap
        let reconciliation = Reconciliation(clinic: clinic, intake: intake, mostMissing: mostMissing)
        let missing =
            isWhole && isComplete
            ? try await reconciliation.gone(of: key, types: Set(types), besides: draft.seen)
            : Reconciliation.Finding()
        let isReconciled = isComplete && missing.isSettled
        let (deletion, now) = (Deletion(payer: terms.payer.name, run: run, stager: intake.stager), intake.now)
        if isConsentListed, !draft.areConsentsRead { try await consents.missed(key) }
        try await intake.stage(draft.held.take(), expecting: nil, of: key) { writer in
            guard isWhole else { return }
            try deletion.delete(missing.gone, at: now, writer)
            try writer.recordProgress(run: run, unit: mark(patient), cursor: "done")
            if asOf == nil, hasNoGap {
                try writer.setWatermark(now, of: key, source: source, scope: PullScope.fetched(selection))
            }
            // Nothing is known of the time before an instant that was named, so that moves no watermark.
            guard let asOf, hasNoGap else { return }
            try writer.setWatermark(asOf, of: key, source: source, scope: PullScope.patients(selection))
            guard isReconciled else { return }
            try writer.setWatermark(asOf, of: key, source: source, scope: PullScope.reconciled(selection))
        }
        if draft.areConsentsRead { try await consents.came(key, at: now) }
        for (code, count) in draft.refusals { await intake.tally.refused(code, count) }
    }

    private func search(_ patient: String, since: PullScope.Marks, _ draft: inout PatientDraft) async throws {
        for type in types {
            if let code = refused.givenUp(type) {
                draft.refuse(code)
                continue
            }
            do {
                try await search(type, of: patient, since: since, &draft)
                if type == "Consent" { draft.areConsentsRead = true }
                refused.answer(type)
            } catch let fault as Fault where Self.isOfOneType(fault) && type != "Patient" {
                draft.refuse(fault.code)
                guard refused.refuse(type, for: patient, as: fault.code) else { continue }
                observer(.note("\(terms.clinic.name) refuses to search \(type): \(fault.message)"))
            }
        }
    }

    /// Searches one type; again with all values of a parameter that the clinic demands (RD-10), or without one that it
    /// refuses.
    func search(
        _ type: String, of patient: String, since: PullScope.Marks, _ draft: inout PatientDraft
    ) async throws {
        var manner = manners.manner(of: type)
        while true {
            let query = query(type, patient: patient, since: since, manner)
            do {
                try await walk(query, of: patient, isAlone: !comesAlong(with: type, manner), &draft)
                break
            } catch let fault as Fault {
                let isNarrow = query != self.query(type, patient: patient, since: .none, manner)
                guard
                    let next = manner.after(
                        fault, of: type, isNarrow: isNarrow, comesAlong: provenance.comesAlong(with: type))
                else { throw fault }
                manner = next
            }
        }
        let isNew = manners.learn(manner, of: type)
        guard let demanded = manner.demanded else { return }
        draft.isNarrowed = true
        await intake.tally.noted(.clinicSearchNarrowed)
        guard isNew else { return }
        observer(
            .note("\(terms.clinic.name) wants \(demanded.name) to search \(type); all values that are known are named"))
    }

    /// Collects what a search finds; `patient` is the only patient whose data may come, and `isAlone` says that
    /// Provenance does not come along.
    func walk(
        _ query: SearchQuery, of patient: String?, isAlone: Bool, _ draft: inout PatientDraft
    ) async throws {
        let pages = PageWalk(server: clinic, name: terms.clinic.name, tally: intake.tally)
        let wanted = Set(["Patient"] + terms.selection.pulledTypes)
        // A search that fails at a later page leaves the draft as it was; only data already staged remains.
        var next = draft
        var strangers = 0
        var unwitnessed: Set<String> = []
        var seen: Set<ResourceKey> = []
        var isWitnessed = false
        let flaws = try await pages.each(query) { page in
            next.time = next.time ?? page.serverTime
            next.references.formUnion(SharedClosure.references(in: page))
            next.held.append(page) { scan in
                guard wanted.contains(scan.type) else { return false }
                if let patient, isOfAnother(scan, than: patient) {
                    strangers += 1
                    return false
                }
                seen.insert(
                    intake.stager.identities.key(source: terms.clinic.name, type: scan.type, id: scan.id))
                if scan.type == "Provenance" {
                    isWitnessed = true
                } else if isAlone, !SharedTypes.contains(scan.type) {
                    unwitnessed.insert("\(scan.type)/\(scan.id)")
                }
                return true
            }
            if next.held.bytes.count >= Self.batchBytes {
                next.flaws += try await intake.stage(next.held.take(), expecting: nil, of: patient.map(key(of:)))
            }
        }
        await intake.tally.refused(.clinicOtherPatient, strangers)
        next.isWitnessed = next.isWitnessed || isWitnessed
        next.unwitnessed.formUnion(unwitnessed)
        next.seen.formUnion(seen)
        next.flaws += flaws + strangers
        draft = next
    }

    private func key(of patient: String) -> ResourceKey {
        intake.stager.identities.key(source: terms.clinic.name, type: "Patient", id: patient)
    }

    /// Whether a resource is about another patient: a server that ignores a parameter returns other people's data,
    /// whatever it claims to have done (RD-06).
    private func isOfAnother(_ scan: ResourceScan, than patient: String) -> Bool {
        guard !SharedTypes.contains(scan.type) else { return false }
        if scan.type == "Patient" { return scan.id != patient }
        guard let text = scan.patient,
            case .local("Patient", let id, _) = Reference(parsing: text).relative(to: terms.clinic.base)
        else { return false }
        return id != patient
    }

    /// Whether a fault concerns one resource type only.
    static func isOfOneType(_ fault: Fault) -> Bool {
        [.remoteRefused, .remoteSearchDemands, .authForbidden, .clinicCapability].contains(fault.code)
    }

    /// Whether a fault may concern one patient only: nothing about our key, our configuration or our store.
    static func isOfOnePatient(_ fault: Fault) -> Bool {
        guard fault.disposition != .retry else { return false }
        return isOfOneType(fault)
            || [
                .remoteMalformed, .remoteTooLarge, .remotePolicy, .remoteFailed, .clinicPagingLoop,
            ].contains(fault.code)
    }

    /// Patient comes first: it shows best whether the clinic answers for this patient at all.
    private var types: [String] {
        ["Patient"]
            + terms.selection.types.filter { !["Patient", "Provenance"].contains($0) && !SharedTypes.contains($0) }
            + (isConsentListed && !terms.selection.types.contains("Consent") ? ["Consent"] : [])
    }

    private func comesAlong(with type: String, _ manner: SearchManners.Manner) -> Bool {
        !manner.isAlone && provenance.comesAlong(with: type)
    }

    private static func wholeMark(_ patient: String) -> String { "patient:" + patient }

    /// A patient of whom only Consents were fetched gets another mark: the rest is still to be fetched.
    private func mark(_ patient: String) -> String {
        terms.selection.types.contains { $0 != "Patient" } ? Self.wholeMark(patient) : "consents:" + patient
    }

    private func query(
        _ type: String, patient: String, since: PullScope.Marks, _ manner: SearchManners.Manner
    ) -> SearchQuery {
        var parameters: [SearchQuery.Parameter] = [
            .init(type == "Patient" ? "_id" : "patient", patient), .init("_count", "200"),
        ]
        if let more = manner.demanded { parameters.append(more) }
        if comesAlong(with: type, manner) { parameters.append(ProvenanceSearch.alongside) }
        switch manner.isWide || type == "Consent" ? nil : plan.narrowing[type] {
        case .lastUpdated:
            if let instant = since.written { parameters.append(.init("_lastUpdated", "ge" + instant.text)) }
        case .date(let name):
            if let instant = since.done { parameters.append(SearchShape.since(instant, by: name)) }
        case .some(.none), nil: break
        }
        return SearchQuery(type, parameters)
    }
}
