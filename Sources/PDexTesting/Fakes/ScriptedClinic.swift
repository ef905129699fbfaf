public import FHIR
public import PDex
import Synchronization

/// A clinic in memory: the test decides what it holds, what it offers, and what goes wrong.
public final class ScriptedClinic: ClinicServer {
    /// The FHIR base URL.
    public let base: String
    /// How many requests may be made at once.
    public let requestsAtOnce = 4
    /// How many pages one search may have, as the script says.
    public var mostPages: Int { script.withLock { $0.mostPages } }
    let clock: any WallClock
    let server: Mutex<ScriptedServer>
    let script: Mutex<Script>
    let log = Mutex<[String]>([])
    let begun = Mutex<[String: Begun]>([:])
    let exports = Mutex<[ExportRequest]>([])
    let expiry = Mutex<Instant?>(nil)
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

    /// Adds or changes a resource.
    public func put(_ resource: Resource) {
        server.withLock { $0.put(resource, at: clock.now()) }
    }

    /// Changes what goes wrong.
    public func rewrite(_ change: (inout Script) -> Void) {
        script.withLock { change(&$0) }
    }

    /// The `_since` of each export, in order.
    public var exportedSince: [Instant?] {
        exports.withLock { $0.map(\.since) }
    }

    /// Removes a resource.
    public func remove(_ type: String, _ id: String) {
        server.withLock { $0.remove(type, id) }
    }

    /// The parameters of each search for a type, in order.
    public func asked(_ type: String) -> [[String: String]] {
        queries.withLock { $0 }.filter { $0.path == type }.map { query in
            Dictionary(query.parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// The exports that were started, in order.
    public var exportRequests: [ExportRequest] {
        exports.withLock { $0 }
    }

    /// The requests in order: `search Encounter`, `export`, `download Encounter`.
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
                    revIncludes: script.offersRevInclude ? ["Provenance:target"] : [],
                    operations: ["Group", "Patient"].contains(type) ? operations : [])
            )
        }
        var all = Dictionary(uniqueKeysWithValues: types)
        if script.offersEverything { all["Patient"]?.operations.insert("everything") }
        all["Provenance"] = script.provenanceParameters.map { .init(searchParameters: $0) }
        if script.listsConsent { all["Consent"] = .init(searchParameters: ["patient"]) }
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
        script.beforeSearch?(query)
        if let code = script.refusals[query.path] { throw Fault(code, .halt, "the scripted clinic refuses this type") }
        if self.script.withLock({ Self.countDown(&$0.lostSearches, query.path) }) {
            throw Fault(.remoteTimeout, .retry, "the scripted clinic is silent")
        }
        if query.parameters.contains(where: {
            $0.name == "_id" && $0.value.split(separator: ",").count > script.mostIDs
        }) {
            throw Fault(.remoteRefused, .halt, "the scripted clinic answered 414")
        }
        let asked = query.parameters.first { $0.name == "_count" }.flatMap { Int($0.value) } ?? .max
        if script.mostAPage < asked {
            throw Fault(.remoteTooLarge, .halt, "the scripted clinic's page has too many bytes")
        }
        if let demand = script.demands[query.path], !query.parameters.contains(where: { $0.name == demand }) {
            throw Fault(.remoteSearchDemands, .halt, "the scripted clinic wants \(demand)", httpStatus: 400)
        }
        let names = query.parameters.filter { ["_id", "patient"].contains($0.name) }.map(\.value)
        if let fault = names.lazy.compactMap({ script.poisons["\(query.path) \($0)"] }).first { throw fault }
        if query.parameters.contains(where: { script.refusedParameters.contains($0.name) }) {
            throw Fault(.remoteRefused, .halt, "the scripted clinic answered 400", httpStatus: 400)
        }
        if !script.unreachable.isDisjoint(with: names) {
            throw Fault(.remoteUnreachable, .retry, "the clinic cannot be reached", hint: "run the job again")
        }
        let heeded = SearchQuery(query.path, query.parameters.filter { !script.ignored.contains($0.name) })
        return paged(server.withLock { $0.page(of: heeded, at: now) })
    }

    /// The current time by the clinic's clock.
    var now: Instant {
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

    static func countDown(_ counts: inout [String: Int], _ type: String) -> Bool {
        let left = counts[type] ?? 0
        counts[type] = max(0, left - 1)
        return left > 0
    }
}
