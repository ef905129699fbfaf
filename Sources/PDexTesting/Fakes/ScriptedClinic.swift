public import FHIR
public import PDex
import Synchronization

/// A clinic in memory: what it holds, how it is asked, and what goes wrong are the test's.
public final class ScriptedClinic: ClinicServer {
    /// What goes wrong.
    public struct Script: Sendable {
        /// Lines put into the export's Observation file as they are.
        public var strayLines: [String] = []
        /// Added to the count that the manifest states for Observations.
        public var miscount = 0
        /// Whether Group export is offered.
        public var offersExport = true
        /// The download of this type breaks off so many times.
        public var breaks: [String: Int] = [:]
        /// The clinic cannot be reached when this type is downloaded, so many times.
        public var outages: [String: Int] = [:]
        /// Search parameters that `/metadata` lists for types shared between patients.
        public var sharedParameters: Set<String> = []
        /// A parameter without which a search on that type is refused with 400.
        public var demands: [String: String] = [:]
        /// Types on which a search is refused, and how.
        public var refusals: [String: FaultCode] = [:]
        /// Types that the token does not allow.
        public var withheld: Set<String> = []
        /// Types of which reading one is refused, and how.
        public var refusedReads: [String: FaultCode] = [:]
        /// How far ahead the clinic's clock is, in seconds.
        public var secondsAhead: Double = 0
        /// How a search is refused, by its type and patient: `Observation joe`.
        public var poisons: [String: Fault] = [:]
        /// Whether a search with `_lastUpdated` is refused with 400.
        public var refusesNarrowing = false
        /// Parameters that are not looked at.
        public var ignored: Set<String> = []
        /// Searches on this type are lost on the way, so many times.
        public var lostSearches: [String: Int] = [:]
        /// More ids than so many in one search are refused.
        public var mostIDs = Int.max
        /// Whether `Patient/[id]/$everything` is offered.
        public var offersEverything = false
        /// Patients for whom the clinic cannot be reached.
        public var unreachable: Set<String> = []
        /// Patients whose resources an export leaves out, and ids of what is no patient's.
        public var unexported: Set<String> = []
        /// So many status requests in a row are lost.
        public var lostPolls = 0
        /// So many status requests are answered with a failed export.
        public var failedPolls = 0
        /// What `/metadata` lists, beside Group export.
        public var systemOperations: Set<String> = []
        /// Search parameters that `/metadata` lists for every type.
        public var searchParameters: Set<String> = ["patient"]
        /// Matches on a page; the next link leads to the next ones.
        public var pageSize = Int.max
        /// The last page's next link leads back to the first one.
        public var pagesLoop = false
        /// So many next links are no longer known.
        public var expiredPages = 0
        /// An OperationOutcome of this severity stands on every page.
        public var outcomeSeverity: String?
        /// The total that a search states, when it is not the true one.
        public var statedTotal: Int?
        /// So many kick-offs are answered with 429.
        public var busyStarts = 0
        /// What a kick-off would not take.
        public var droppedParameters: [ExportStart.Parameter] = []
        /// How long the links of a manifest are good, in seconds; 0 means for ever.
        public var linksLive: Double = 0
        /// Downloads of these types are refused with 403.
        public var refusedDownloads: Set<String> = []
        /// So many seconds pass while the file of this type is downloaded.
        public var downloadSeconds: [String: Double] = [:]
        /// Whether fresh links are to be had from the status URL.
        public var renewsLinks = true

        /// Nothing goes wrong.
        public init() {}
    }

    /// The FHIR base URL.
    public let base: String
    /// How many requests may be made at once.
    public let requestsAtOnce = 4
    private let clock: any WallClock
    private let server: Mutex<ScriptedServer>
    private let script: Mutex<Script>
    private let log = Mutex<[String]>([])
    private let begun = Mutex<[String: (at: Instant, since: Instant?)]>([:])
    private let exports = Mutex<[ExportRequest]>([])
    private let expiry = Mutex<Instant?>(nil)
    private let queries = Mutex<[SearchQuery]>([])
    private let pages = Mutex<[String: SearchPage]>([:])

    /// A clinic that holds `resources`.
    public init(base: String, clock: any WallClock, resources: [Resource], script: Script = Script()) {
        self.base = base
        self.clock = clock
        var server = ScriptedServer()
        for resource in resources { server.put(resource, at: clock.now()) }
        self.server = Mutex(server)
        self.script = Mutex(script)
    }

    /// Changes or adds a resource.
    public func put(_ resource: Resource) {
        server.withLock { $0.put(resource, at: clock.now()) }
    }

    /// Changes what goes wrong.
    public func rewrite(_ change: (inout Script) -> Void) {
        script.withLock { change(&$0) }
    }

    /// From when on each export was asked for, in order.
    public var exportedSince: [Instant?] {
        exports.withLock { $0.map(\.since) }
    }

    /// Takes a resource away.
    public func remove(_ type: String, _ id: String) {
        server.withLock { $0.remove(type, id) }
    }

    /// The parameters of each search on a type, in order.
    public func asked(_ type: String) -> [[String: String]] {
        queries.withLock { $0 }.filter { $0.path == type }.map { query in
            Dictionary(query.parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// The exports that were started, in order.
    public var exportRequests: [ExportRequest] {
        exports.withLock { $0 }
    }

    /// What was asked, in order: `search Encounter`, `export`, `download Encounter`.
    public var requests: [String] {
        log.withLock { $0 }
    }

    /// What is offered.
    public func capability() async throws -> ServerCapability {
        let script = script.withLock { $0 }
        let operations: Set<String> = script.offersExport ? ["export"] : []
        let types = ["Group", "Patient", "Encounter", "Condition", "Observation", "DocumentReference"].map { type in
            (
                type,
                ServerCapability.TypeCapability(
                    searchParameters: script.searchParameters,
                    operations: ["Group", "Patient"].contains(type) ? operations : [])
            )
        }
        var all = Dictionary(uniqueKeysWithValues: types)
        if script.offersEverything { all["Patient"]?.operations.insert("everything") }
        if !script.sharedParameters.isEmpty {
            all["Practitioner"] = .init(searchParameters: script.sharedParameters)
        }
        return ServerCapability(
            fhirVersion: "4.0.1", systemInteractions: [], systemOperations: script.systemOperations, types: all)
    }

    /// A search with `_id`, `patient`, `identifier` or `_lastUpdated`, in pages.
    public func search(_ query: SearchQuery) async throws -> SearchPage {
        let narrowing = query.parameters.filter { $0.name == "_lastUpdated" }.map { " " + $0.value }.joined()
        log.withLock { $0.append("search \(query.path)\(narrowing)") }
        queries.withLock { $0.append(query) }
        let script = script.withLock { $0 }
        if let code = script.refusals[query.path] { throw Fault(code, .halt, "the scripted clinic refuses this type") }
        if self.script.withLock({ Self.countDown(&$0.lostSearches, query.path) }) {
            throw Fault(.remoteTimeout, .retry, "the scripted clinic is silent")
        }
        if query.parameters.contains(where: {
            $0.name == "_id" && $0.value.split(separator: ",").count > script.mostIDs
        }) {
            throw Fault(.remoteRefused, .halt, "the scripted clinic answered 414")
        }
        if let demand = script.demands[query.path], !query.parameters.contains(where: { $0.name == demand }) {
            throw Fault(.remoteSearchDemands, .halt, "the scripted clinic wants \(demand)", httpStatus: 400)
        }
        let names = query.parameters.filter { ["_id", "patient"].contains($0.name) }.map(\.value)
        if let fault = names.lazy.compactMap({ script.poisons["\(query.path) \($0)"] }).first { throw fault }
        if script.refusesNarrowing, !narrowing.isEmpty {
            throw Fault(.remoteRefused, .halt, "the scripted clinic answered 400", httpStatus: 400)
        }
        if !script.unreachable.isDisjoint(with: names) {
            throw Fault(.remoteUnreachable, .retry, "the clinic cannot be reached", hint: "run the job again")
        }
        let heeded = SearchQuery(query.path, query.parameters.filter { !script.ignored.contains($0.name) })
        return paged(server.withLock { $0.page(of: heeded, at: now) })
    }

    /// The present, by the clinic's clock.
    private var now: Instant {
        clock.now().adding(milliseconds: Int64(script.withLock { $0.secondsAhead } * 1000))
    }

    /// The page behind a link of ``search(_:)``.
    public func page(_ link: String) async throws -> SearchPage {
        let isExpired = script.withLock { script in
            script.expiredPages -= 1
            return script.expiredPages >= 0
        }
        if isExpired { throw Fault(.remoteSearchExpired, .halt, "the scripted clinic forgot this search") }
        guard let page = pages.withLock({ $0[link] }) else {
            throw Fault(.remoteFailed, .halt, "the scripted clinic has no such page")
        }
        return page
    }

    private func paged(_ whole: SearchPage) -> SearchPage {
        let script = script.withLock { $0 }
        var entries = whole.entries
        if let severity = script.outcomeSeverity {
            let outcome =
                #"{"resourceType":"OperationOutcome","issue":[{"severity":"\#(severity)","code":"incomplete"}]}"#
            entries.append(SearchPage.Entry(bytes: Array(outcome.utf8), mode: .outcome))
        }
        let size = max(1, min(script.pageSize, entries.count))
        var parts = stride(from: 0, to: entries.count, by: size).map {
            Array(entries[$0..<min($0 + size, entries.count)])
        }
        if parts.isEmpty { parts = [[]] }
        let serial = pages.withLock { $0.count }
        let links = parts.indices.map { "page-\(serial)-\($0)" }
        let made = parts.indices.map { index in
            SearchPage(
                entries: parts[index],
                next: index + 1 < parts.count ? links[index + 1] : script.pagesLoop ? links[0] : nil,
                total: script.statedTotal ?? whole.total, serverTime: whole.serverTime, byteCount: whole.byteCount)
        }
        pages.withLock { for (link, page) in zip(links, made) { $0[link] = page } }
        return made[0]
    }

    /// Those of `types` that the script withholds.
    public func withheldTypes(among types: [String]) async throws -> [String] {
        types.filter(script.withLock { $0 }.withheld.contains)
    }

    /// One resource.
    public func read(type: String, id: String) async throws -> [UInt8]? {
        log.withLock { $0.append("read \(type)") }
        if let code = script.withLock({ $0.refusedReads[type] }) {
            throw Fault(code, .halt, "the scripted clinic refuses to read this type")
        }
        return server.withLock { $0.resources["\(type)/\(id)"]?.serialized() }
    }

    /// Starts an export.
    public func startExport(_ request: ExportRequest) async throws -> ExportStart {
        let level =
            switch request.level {
            case .group: ""
            case .patient: " patients"
            case .system: " system"
            }
        log.withLock { $0.append("export" + level) }
        let isBusy = script.withLock { script in
            script.busyStarts -= 1
            return script.busyStarts >= 0
        }
        if isBusy { throw Fault(.remoteThrottled, .retry, "the clinic answered 429", retryAfterSeconds: 90) }
        let dropped = script.withLock { $0.droppedParameters }
        let number = exports.withLock { exports in
            exports.append(request)
            return exports.count
        }
        let since = dropped.contains(.since) ? nil : request.since
        let at = now
        begun.withLock { $0["\(number)"] = (at, since) }
        return ExportStart(statusURL: base + "/status/\(number)", dropped: dropped)
    }

    /// It is complete at once.
    public func pollExport(_ statusURL: String) async throws -> ExportProgress {
        log.withLock { $0.append("poll") }
        let isLost = script.withLock { script in
            script.lostPolls -= 1
            return script.lostPolls >= 0
        }
        if isLost { throw Fault(.remoteUnreachable, .retry, "the answer was lost") }
        let hasFailed = script.withLock { script in
            script.failedPolls -= 1
            return script.failedPolls >= 0
        }
        if hasFailed { throw Fault(.clinicExportFailed, .halt, "the scripted clinic's export failed") }
        let number = Self.last(of: statusURL)
        guard let export = begun.withLock({ $0[number] }) else {
            throw Fault(.clinicExportFailed, .halt, "the scripted clinic knows no such export")
        }
        let (stray, miscount) = script.withLock { ($0.strayLines.count, $0.miscount) }
        let types = server.withLock { server in Set(server.resources.values.map(\.type)) }.subtracting(["Group"])
        let files = types.sorted().map { type in
            let count = exported(type, since: export.since).count
            let isObservation = type == "Observation"
            return ExportManifest.File(
                type: type, url: "\(base)/files/\(type)/\(number)",
                count: count + (isObservation ? stray + miscount : 0))
        }
        let (life, renews) = script.withLock { ($0.linksLive, $0.renewsLinks) }
        let now = clock.now()
        let expires = expiry.withLock { expiry in
            if life > 0, renews || expiry == nil { expiry = now.adding(milliseconds: Int64(life * 1000)) }
            return expiry
        }
        return .complete(
            ExportManifest(
                transactionTime: export.at, requiresAccessToken: true, output: files, errors: [],
                deleted: [], expires: expires))
    }

    /// One batch with every line.
    public func download(
        _ file: ExportManifest.File, requiresAccessToken: Bool, deliver: (LineBatch) async throws -> Void
    ) async throws -> Int {
        let type = file.type ?? ""
        log.withLock { $0.append("download \(type)") }
        if script.withLock({ Self.countDown(&$0.outages, type) }) {
            throw Fault(.remoteUnreachable, .retry, "the clinic cannot be reached", hint: "run the job again")
        }
        if let expiry = expiry.withLock({ $0 }), clock.now() >= expiry {
            throw Fault(.clinicFileGone, .halt, "the scripted clinic's link is no longer good")
        }
        if script.withLock({ $0.refusedDownloads.contains(type) }) {
            throw Fault(.authForbidden, .halt, "the scripted clinic refuses this file")
        }
        if let seconds = script.withLock({ $0.downloadSeconds.removeValue(forKey: type) }) {
            try await clock.sleep(seconds: seconds)
        }
        if script.withLock({ Self.countDown(&$0.breaks, type) }) {
            throw Fault(.remoteIncomplete, .retry, "the file broke off", hint: "run the job again")
        }
        let export = begun.withLock { $0[Self.last(of: file.url)] }
        var lines = exported(type, since: export?.since).map { $0.serialized() }
        if type == "Observation" { lines += script.withLock { $0.strayLines }.map { Array($0.utf8) } }
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        for line in lines {
            ranges.append(bytes.count..<bytes.count + line.count)
            bytes += line + [UInt8(ascii: "\n")]
        }
        try await deliver(LineBatch(bytes: bytes, lines: ranges))
        return bytes.count
    }

    /// The number of an export, at the end of an address of its.
    private static func last(of url: String) -> String {
        url.split(separator: "/").last.map(String.init) ?? ""
    }

    private func exported(_ type: String, since: Instant?) -> [Resource] {
        let unexported = script.withLock { $0.unexported }
        return server.withLock { $0.all(type, since: since) }.filter { resource in
            let owner =
                resource.type == "Patient"
                ? resource.id
                : ScriptedServer.patient(of: resource)?.dropFirst(8)
                    .description
            return (owner ?? resource.id).map { !unexported.contains($0) } ?? true
        }
    }

    private static func countDown(_ counts: inout [String: Int], _ type: String) -> Bool {
        let left = counts[type] ?? 0
        counts[type] = max(0, left - 1)
        return left > 0
    }

    /// Forgets the export.
    public func finishExport(_ statusURL: String) async {
        log.withLock { $0.append("finish") }
        begun.withLock { $0[Self.last(of: statusURL)] = nil }
    }
}
