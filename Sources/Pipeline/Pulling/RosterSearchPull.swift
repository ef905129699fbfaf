import FHIR
import PDex

/// Pulls by search: one query a patient and type, then what those refer to.
struct RosterSearchPull: Sendable {
    let terms: ExchangeTerms
    let run: Run
    let clinic: any ClinicServer
    let store: any Store
    let intake: Intake
    let capability: ServerCapability
    let unit: PullUnit

    /// How many patients are fetched at once.
    private static let patientsAtOnce = 4
    /// A patient's data is written when it holds this many bytes, and at its end.
    private static let batchBytes = 2 << 20

    /// Fetches everything of the patients named, each from where it was whole last; `fromStart` fetches all of it.
    func pull(patients: some Sequence<String>, fromStart: Bool = false) async throws {
        let done = try await store.read { [run] in try $0.pullProgress(run: run.id) }
        let closure = SharedClosure(clinic: clinic, intake: intake, name: terms.clinic.name)
        var waiting = patients.lazy.filter { done[Self.mark($0)] == nil }.makeIterator()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.patientsAtOnce {
                if let next = waiting.next() { group.addTask { try await fetch(next, fromStart, closure) } }
            }
            while try await group.next() != nil {
                if let next = waiting.next() { group.addTask { try await fetch(next, fromStart, closure) } }
            }
        }
    }

    private func fetch(_ patient: String, _ fromStart: Bool, _ closure: SharedClosure) async throws {
        try await unit.fetch("a patient's data") { try await pull(patient, fromStart, closure) }
    }

    /// Fetches one patient; the last of the data, the mark and the patient's watermark commit together.
    private func pull(_ patient: String, _ fromStart: Bool, _ closure: SharedClosure) async throws {
        let key = intake.stager.identities.key(source: terms.clinic.name, type: "Patient", id: patient)
        let since = fromStart ? nil : try await PullScope.sinceSearch(terms, patient: key, store: store)
        let walk = PageWalk(server: clinic, name: terms.clinic.name, tally: intake.tally)
        var held = LineBuffer()
        var time: Instant?
        var flaws = 0
        var references: Set<String> = []
        for type in types {
            flaws += try await walk.each(query(type, patient: patient, since: since)) { page in
                time = time ?? page.serverTime
                references.formUnion(SharedClosure.references(in: page))
                held.append(page)
                if held.bytes.count >= Self.batchBytes { flaws += try await intake.stage(held.take(), expecting: nil) }
            }
        }
        try await closure.fetch(references)
        let (run, source, scope) = (run.id, terms.clinic.name, PullScope.patients(terms.selection))
        let isWhole = flaws == 0
        // By the server's clock at the first answer: what changes meanwhile is fetched again (RD-13).
        let asOf = time
        try await intake.stage(held.take(), expecting: nil) { writer in
            guard isWhole else { return }
            try writer.recordProgress(run: run, unit: Self.mark(patient), cursor: "done")
            if let asOf { try writer.setWatermark(asOf, of: key, source: source, scope: scope) }
        }
    }

    /// The Patient first: it tells most about whether the clinic answers for this one at all.
    private var types: [String] {
        ["Patient"] + terms.selection.types.filter { $0 != "Patient" && !SharedTypes.contains($0) }
    }

    private static func mark(_ patient: String) -> String { "patient:" + patient }

    private func query(_ type: String, patient: String, since: Instant?) -> SearchQuery {
        var parameters: [SearchQuery.Parameter] = [
            .init(type == "Patient" ? "_id" : "patient", patient), .init("_count", "200"),
        ]
        if let since, capability.types[type]?.searchParameters.contains("_lastUpdated") == true {
            parameters.append(.init("_lastUpdated", "ge" + since.text))
        }
        return SearchQuery(type, parameters)
    }
}
