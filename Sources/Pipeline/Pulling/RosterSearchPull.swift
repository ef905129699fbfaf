import FHIR
import PDex
import Synchronization

/// Pulls by search: the roster, then one query a patient and type, then what those refer to.
struct RosterSearchPull: Sendable {
    let terms: ExchangeTerms
    let run: Run
    let clinic: any ClinicServer
    let store: any Store
    let intake: Intake
    let capability: ServerCapability

    /// How many patients are fetched at once.
    private static let patientsAtOnce = 4
    /// How many pages one search may have before it is called endless.
    private static let mostPages = 10_000

    /// Fetches everything of the patients named, and moves the watermark once everything is in.
    func pull(patients: [String]) async throws {
        let scope = PullScope.search(terms.selection)
        let since = try await PullScope.since(terms, scope: scope, store: store)
        let done = try await store.read { [run] in try $0.pullProgress(run: run.id) }
        let began = Mutex<Instant?>(nil)
        let closure = SharedClosure(clinic: clinic, intake: intake, store: store)
        try await withThrowingTaskGroup(of: Instant?.self) { group in
            var waiting = patients.filter { done["patient:" + $0] == nil }.makeIterator()
            for _ in 0..<Self.patientsAtOnce {
                if let next = waiting.next() { group.addTask { try await pull(next, since: since, closure) } }
            }
            while let time = try await group.next() {
                if let time { began.withLock { $0 = min($0 ?? time, time) } }
                if let next = waiting.next() { group.addTask { try await pull(next, since: since, closure) } }
            }
        }
        guard await intake.tally.problems.isEmpty, let time = began.withLock({ $0 }) else { return }
        let source = terms.clinic.name
        try await store.write { try $0.setWatermark(time, source: source, scope: scope) }
    }

    /// Fetches one patient; returns the server's time at the first answer (RD-13).
    private func pull(_ patient: String, since: Instant?, _ closure: SharedClosure) async throws -> Instant? {
        var time: Instant?
        var references: Set<String> = []
        for type in terms.selection.types where !SharedTypes.contains(type) {
            let query = query(type, patient: patient, since: since)
            var page = try await first(query)
            time = time ?? page.serverTime
            var pages = 1
            var seen: Set<String> = []
            while true {
                references.formUnion(SharedClosure.references(in: page))
                try await intake.stage(page, finally: { _ in })
                guard let next = page.next else { break }
                pages += 1
                guard seen.insert(next).inserted, pages <= Self.mostPages else {
                    throw Fault(
                        .clinicPagingLoop, .halt, "a search for \(type) at \(terms.clinic.name) does not end",
                        hint: "the clinic's next links repeat; report it to the clinic")
                }
                await intake.tally.requested()
                page = try await clinic.page(next)
            }
        }
        try await closure.fetch(references)
        let run = run.id
        try await store.write { try $0.recordProgress(run: run, unit: "patient:" + patient, cursor: "done") }
        return time
    }

    private func first(_ query: SearchQuery) async throws -> SearchPage {
        await intake.tally.requested()
        return try await clinic.search(query)
    }

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
