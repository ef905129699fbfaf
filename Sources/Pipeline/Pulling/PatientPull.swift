import FHIR
import PDex

/// Pulls patient by patient: one query a type, or one operation for everything, then what those refer to.
struct PatientPull: Sendable {
    let terms: ExchangeTerms
    let run: Run
    let clinic: any ClinicServer
    let store: any Store
    let intake: Intake
    let plan: PullPlan
    let unit: PullUnit
    let observer: @Sendable (RunEvent) -> Void
    private let refused = RefusedTypes()
    private let closure: SharedClosure

    init(
        terms: ExchangeTerms, run: Run, clinic: any ClinicServer, store: any Store, intake: Intake, plan: PullPlan,
        capability: ServerCapability, unit: PullUnit, observer: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.terms = terms
        self.run = run
        self.clinic = clinic
        self.store = store
        self.intake = intake
        self.plan = plan
        self.unit = unit
        self.observer = observer
        closure = SharedClosure(clinic: clinic, intake: intake, name: terms.clinic.name, capability: capability)
    }

    /// A patient's data is written when it holds this many bytes, and at its end.
    private static let batchBytes = 2 << 20

    /// Fetches everything of the patients named, each from where it was whole last unless told otherwise.
    func pull(patients: some Sequence<String>, from start: PullScope.Start = .watermark) async throws {
        let done = try await store.read { [run] in try $0.pullProgress(run: run.id) }
        var waiting = patients.lazy.filter { done[Self.mark($0)] == nil }.makeIterator()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // A patient is one request at a time, so that as many fit; the clinic's client holds back what is too much.
            for _ in 0..<max(1, clinic.requestsAtOnce) {
                if let next = waiting.next() { group.addTask { try await fetch(next, start) } }
            }
            while try await group.next() != nil {
                if let next = waiting.next() { group.addTask { try await fetch(next, start) } }
            }
        }
    }

    private func fetch(_ patient: String, _ start: PullScope.Start) async throws {
        try await unit.fetch("a patient's data") { try await pull(patient, start) }
    }

    /// Fetches one patient; the last of the data, the mark and the patient's watermarks commit together.
    private func pull(_ patient: String, _ start: PullScope.Start) async throws {
        let key = intake.stager.identities.key(source: terms.clinic.name, type: "Patient", id: patient)
        let marks = try await PullScope.marks(terms, patient: key, from: start, store: store, now: intake.now)
        var draft = PatientDraft()
        switch plan.way {
        case .everything:
            do {
                try await everything(patient, &draft)
            } catch let fault as Fault where Self.isOfOneType(fault) {
                // Offered and refused, or somebody unknown: searches tell which.
                observer(.note("\(terms.clinic.name) refuses $everything; the member is searched, type by type"))
                try await search(patient, since: .none, &draft)
            }
        case .search, .export: try await search(patient, since: marks, &draft)
        }
        draft.flaws += try await closure.fetch(draft.references)
        let (run, source, selection) = (run.id, terms.clinic.name, terms.selection)
        // By the server's clock at the first answer: what changes meanwhile is fetched again (RD-13).
        let (isWhole, asOf, isComplete) = (draft.flaws == 0, draft.time, marks.isComplete)
        let hasNoGap = marks.hasNoGap
        try await intake.stage(draft.held.take(), expecting: nil) { writer in
            guard isWhole else { return }
            try writer.recordProgress(run: run, unit: Self.mark(patient), cursor: "done")
            // What was before an instant that somebody named is not known: that moves no watermark.
            guard let asOf, hasNoGap else { return }
            try writer.setWatermark(asOf, of: key, source: source, scope: PullScope.patients(selection))
            guard isComplete else { return }
            try writer.setWatermark(asOf, of: key, source: source, scope: PullScope.reconciled(selection))
        }
    }

    /// What is in hand of one patient.
    private struct PatientDraft {
        var held = LineBuffer()
        var time: Instant?
        var flaws = 0
        var references: Set<String> = []
    }

    private func search(_ patient: String, since: PullScope.Marks, _ draft: inout PatientDraft) async throws {
        for type in types {
            guard !refused.contains(type) else {
                draft.flaws += 1
                continue
            }
            do {
                try await search(type, of: patient, since: since, &draft)
            } catch let fault as Fault where Self.isOfOneType(fault) && type != "Patient" {
                draft.flaws += 1
                guard refused.insert(type) else { continue }
                observer(.note("\(terms.clinic.name) refuses to search \(type): \(fault.message)"))
                await intake.tally.refused(fault.code)
            }
        }
    }

    /// Searches one type; again with all values of what the clinic turns out to demand (RD-10).
    private func search(
        _ type: String, of patient: String, since: PullScope.Marks, _ draft: inout PatientDraft
    ) async throws {
        let saysAll = refused.demanded(type) != nil
        do {
            try await walk(query(type, patient: patient, since: since), &draft)
        } catch let fault as Fault where fault.code == .remoteRefused && !saysAll && refused.canSayMore(of: type) {
            if refused.demand(type) {
                observer(
                    .note("\(terms.clinic.name) wants more than the patient to search \(type); all values are named"))
            }
            try await walk(query(type, patient: patient, since: since), &draft)
        }
    }

    /// One operation gives everything; what the job does not name is not even staged.
    private func everything(_ patient: String, _ draft: inout PatientDraft) async throws {
        try await walk(SearchQuery("Patient/\(patient)/$everything", [.init("_count", "200")]), &draft)
    }

    private func walk(_ query: SearchQuery, _ draft: inout PatientDraft) async throws {
        let pages = PageWalk(server: clinic, name: terms.clinic.name, tally: intake.tally)
        let wanted = Set(["Patient"] + terms.selection.pulledTypes)
        // A search that is refused at its second page has left nothing behind but what it gave.
        var next = draft
        let flaws = try await pages.each(query) { page in
            next.time = next.time ?? page.serverTime
            next.references.formUnion(SharedClosure.references(in: page))
            next.held.append(page, types: wanted)
            if next.held.bytes.count >= Self.batchBytes {
                next.flaws += try await intake.stage(next.held.take(), expecting: nil)
            }
        }
        next.flaws += flaws
        draft = next
    }

    /// Whether a fault says something of one type of resource, and nothing of the others.
    private static func isOfOneType(_ fault: Fault) -> Bool {
        [.remoteRefused, .authForbidden, .clinicCapability].contains(fault.code)
    }

    /// The Patient first: it tells most about whether the clinic answers for this one at all.
    private var types: [String] {
        ["Patient"] + terms.selection.types.filter { $0 != "Patient" && !SharedTypes.contains($0) }
    }

    private static func mark(_ patient: String) -> String { "patient:" + patient }

    private func query(_ type: String, patient: String, since: PullScope.Marks) -> SearchQuery {
        var parameters: [SearchQuery.Parameter] = [
            .init(type == "Patient" ? "_id" : "patient", patient), .init("_count", "200"),
        ]
        if let more = refused.demanded(type) { parameters.append(more) }
        switch plan.narrowing[type] {
        case .lastUpdated:
            if let instant = since.written { parameters.append(.init("_lastUpdated", "ge" + instant.text)) }
        case .date(let name):
            if let instant = since.done { parameters.append(.init(name, "ge" + instant.text)) }
        case .some(.none), nil: break
        }
        return SearchQuery(type, parameters)
    }
}
