import FHIR
import PDex

/// Brings an export to its end: adopts one under way for the job, or starts one, and waits.
struct RunningExport: Sendable {
    let terms: ExchangeTerms
    /// The types to request.
    let types: [String]
    let run: Run
    let clinic: any ClinicServer
    let store: any Store
    let tally: PullTally
    let clock: any WallClock
    let observer: @Sendable (RunEvent) -> Void

    /// How long to wait for an earlier export that is in the way; after that it is left to the next run (BLK-17).
    private static let longestTurnSeconds = 2.0 * 3600
    /// The age up to which another run's export is adopted: yesterday's must not pass for tonight's.
    private static let oldestSeconds = 12.0 * 3600

    private static let exportMark = "export"
    /// Why the run searches instead of exporting.
    private static let givenUpMark = "export-given-up"
    /// The `_since` of the export.
    static let sinceMark = "export-since"
    private static let droppedMark = "export-dropped"

    /// The parameters that were dropped for the export of a run.
    static func dropped(_ run: String, _ reader: any StoreReader) throws -> [String] {
        try (reader.pullProgress(run: run, unit: droppedMark) ?? "").split(separator: " ").map(String.init)
    }

    /// Whether the export of a run was made without the types that should come along.
    static func leavesOutAlongside(_ run: String, _ reader: any StoreReader) throws -> Bool {
        try dropped(run, reader).contains(ExportStart.Parameter.alongside.rawValue)
    }

    private func dropped() async throws -> [String] {
        try await store.read { [run] in try Self.dropped(run.id, $0) }
    }

    /// Whether the export outlives the run: dry runs may be concurrent, and are never resumed.
    var isKept: Bool { [.schedule, .manual].contains(run.trigger) }

    /// The manifest of the finished export, and its status URL (BLK-18).
    ///
    /// An export that failed for good is dropped. A refusal of our access does not mean that it failed.
    func finished(_ level: ExportRequest.Level) async throws -> (statusURL: String, ExportManifest) {
        let request = try await request(level)
        if let known = try await adopted(request) {
            do {
                let manifest = try await dropping(known) { try await polled(known) }
                await tell(try await dropped())
                return (known, manifest)
            } catch let fault as Fault where fault.endsExport && fault.code != .clinicCapability {
                observer(.note("the export that was under way is gone; a new one is started"))
            }
        }
        let statusURL = try await begin(request)
        return (statusURL, try await dropping(statusURL) { try await polled(statusURL) })
    }

    /// The same for a job that does not insist on an export: throws ``GivenUpExport`` for one that is refused, fails,
    /// or takes too long, and at once if this run has had that happen before.
    func finishedUnlessGivenUp(_ level: ExportRequest.Level) async throws -> (statusURL: String, ExportManifest) {
        let run = run.id
        if let known = try await store.read({ try $0.pullProgress(run: run, unit: Self.givenUpMark) }) {
            throw GivenUpExport(why: known)
        }
        do {
            return try await finished(level)
        } catch let fault as Fault {
            guard try await isRefusal(fault) else { throw fault }
            observer(.note("\(fault.message); it is searched instead"))
            try await store.write {
                try $0.recordProgress(run: run, unit: Self.givenUpMark, cursor: fault.code.rawValue)
            }
            throw GivenUpExport(why: fault.code.rawValue)
        }
    }

    /// Whether a fault says that the clinic will not or cannot export, rather than that it refuses us access.
    private func isRefusal(_ fault: Fault) async throws -> Bool {
        switch fault.code {
        case .remoteRefused, .clinicExportFailed, .clinicCapability, .remoteMalformed: return true
        case .remoteFailed: return fault.httpStatus == 501
        case .authForbidden:
            let run = run.id
            return try await store.read { try $0.pullProgress(run: run, unit: Self.exportMark) } == nil
        default: return false
        }
    }

    /// Polls until the export is finished; fails at once if the clinic dropped filters that only it can apply (BLK-10).
    private func polled(_ statusURL: String) async throws -> ExportManifest {
        let dropped = try await dropped()
        let filters = TypeFilters(terms.selection)
        guard filters.areLocal || !dropped.contains(ExportStart.Parameter.typeFilter.rawValue) else {
            throw filters.refusal(terms.clinic.name)
        }
        return try await poll(statusURL)
    }

    /// Tells the clinic that it may forget the export, and forgets it here (BLK-50). This happens even if this task is
    /// cancelled; the clinic has a few seconds for it.
    func drop(_ statusURL: String) async {
        let farewell = Task {
            await clinic.finishExport(statusURL)
            // The clinic first: if it is forgotten there but still known here, the next run finds out by asking.
            try? await store.write { [terms] in
                try $0.forgetExport(statusURL, source: terms.clinic.name, job: terms.job)
            }
        }
        await farewell.value
    }

    /// Works on an export, and drops it if the work fails for good, or if no later run would resume it.
    func dropping<Value>(_ statusURL: String, _ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch {
            let isOver = (error as? Fault)?.endsExport ?? false
            if isOver || !isKept { await drop(statusURL) }
            throw error
        }
    }

    private func request(_ level: ExportRequest.Level) async throws -> ExportRequest {
        let since = try await PullScope.sinceExport(terms, store: store, now: clock.now())
        let selection = terms.selection
        return ExportRequest(
            level: level, types: types, since: since, until: selection.until,
            typeFilters: selection.typeFilters, associatedData: selection.associatedData,
            dispensable: Set(PullPlan.alongside + SharedTypes.surrounding).subtracting(selection.types))
    }

    /// The status URL of this run's export, or of an earlier run's recent export of the same request (BLK-17).
    private func adopted(_ request: ExportRequest) async throws -> String? {
        let run = run.id
        let (known, other) = try await store.read { [terms] in
            (
                try $0.pullProgress(run: run, unit: Self.exportMark),
                try $0.exportUnderWay(source: terms.clinic.name, job: terms.job)
            )
        }
        if let known { return known }
        guard isKept, let other else { return nil }
        guard other.request == (try await words(request)),
            (clock.now() - other.started) / .seconds(1) < Self.oldestSeconds
        else {
            observer(.note("an earlier export that is not wanted any more is dropped"))
            await drop(other.statusURL)
            return nil
        }
        try await store.write { try Self.mark(other, run: run, $0) }
        observer(.note("the export that an earlier run started is gone on with"))
        return other.statusURL
    }

    /// Starts an export; its status URL is stored before the first poll.
    private func begin(_ request: ExportRequest) async throws -> String {
        let run = run.id
        let start = try await inTurn(request)
        let export = ExportUnderWay(
            source: terms.clinic.name, job: terms.job, request: try await words(request), statusURL: start.statusURL,
            // Without `_since` the export holds everything, so it counts as an export of everything.
            since: start.dropped.contains(.since) ? nil : request.since, dropped: start.dropped, started: clock.now())
        let isKept = isKept
        // Not cancelled with this task: if it is not stored now, nobody can ever ask for it again.
        let keeping = Task {
            try await store.write {
                try Self.mark(export, run: run, $0)
                if isKept { try $0.keep(export) }
            }
        }
        try await keeping.value
        await tell(start.dropped.map(\.rawValue))
        return start.statusURL
    }

    /// The request and its patients as text: an export does not hold members who joined after it was started.
    private func words(_ request: ExportRequest) async throws -> String {
        var members: UInt64 = 0
        for try await group in RosterWalk(store: store, run: run.id) {
            for key in group { members = members &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(bitPattern: key.bits) }
        }
        return request.words + "\n" + String(members, radix: 16)
    }

    private static func mark(_ export: ExportUnderWay, run: String, _ writer: any StoreWriter) throws {
        let dropped = export.dropped.map(\.rawValue).joined(separator: " ")
        try writer.recordProgress(run: run, unit: exportMark, cursor: export.statusURL)
        try writer.recordProgress(run: run, unit: sinceMark, cursor: export.since?.text ?? "")
        try writer.recordProgress(run: run, unit: droppedMark, cursor: dropped)
    }

    /// Kicks off once no earlier export of ours is in the way: 429 means wait for it, not start a second one (BLK-17).
    private func inTurn(_ request: ExportRequest) async throws -> ExportStart {
        var wait = 60.0
        var waited = 0.0
        while true {
            await tally.requested()
            do {
                return try await clinic.startExport(request)
            } catch let fault as Fault where fault.code == .remoteThrottled {
                let seconds = max(Double(fault.retryAfterSeconds ?? 0), wait)
                guard waited + seconds <= Self.longestTurnSeconds else { throw fault }
                observer(.waiting(seconds: seconds, why: "an earlier export is still running at the clinic (429)"))
                try await clock.sleep(seconds: seconds)
                waited += seconds
                wait = min(wait * 2, 600)
            }
        }
    }

    /// Notes the parameters that the clinic did not accept: the export holds more than was wanted, or lacks what should
    /// come along, and the run says so (BLK-05).
    private func tell(_ dropped: [String]) async {
        guard !dropped.isEmpty else { return }
        let (alongside, shared) = (ExportStart.Parameter.alongside.rawValue, ExportStart.Parameter.shared.rawValue)
        let wide = dropped.filter { $0 != alongside && $0 != shared }
        if !wide.isEmpty {
            observer(
                .note("\(terms.clinic.name) does not promise \(wide.joined(separator: ", ")); the export holds more"))
        }
        if dropped.contains(shared) {
            observer(
                .note("\(terms.clinic.name) exports without practitioners and places; those that are named are fetched")
            )
        }
        if dropped.contains(alongside) {
            let left = types.filter { PullPlan.alongside.contains($0) && !terms.selection.types.contains($0) }.sorted()
            let instead = left.contains("Consent") ? "; its Consents are searched" : ""
            observer(.note("\(terms.clinic.name) exports without \(left.joined(separator: " and "))\(instead)"))
        }
        await tally.noted(.clinicParameterRefused, dropped.count)
    }

    /// Polls until the export is finished, as long and as often as is reasonable (BLK-20 … BLK-25).
    func poll(_ statusURL: String) async throws -> ExportManifest {
        try await ExportWait(forClinic: clinic, named: terms.clinic.name, tally, clock, observer).manifest(statusURL)
    }
}

extension Fault {
    /// Whether an export is useless from now on: the clinic or its export is at fault, not our access or we.
    var endsExport: Bool { disposition == .halt && !code.rawValue.hasPrefix("auth.") }
}
