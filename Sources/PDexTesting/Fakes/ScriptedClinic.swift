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

        /// Nothing goes wrong.
        public init() {}
    }

    /// The FHIR base URL.
    public let base: String
    private let clock: any WallClock
    private let server: Mutex<ScriptedServer>
    private let script: Mutex<Script>
    private let log = Mutex<[String]>([])
    private let since = Mutex<Instant?>(nil)

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

    /// What was asked, in order: `search Encounter`, `export`, `download Encounter`.
    public var requests: [String] {
        log.withLock { $0 }
    }

    /// What is offered.
    public func capability() async throws -> ServerCapability {
        let operations: Set<String> = script.withLock { $0.offersExport } ? ["export"] : []
        let type = ServerCapability.TypeCapability(searchParameters: ["patient"], operations: operations)
        return ServerCapability(
            fhirVersion: "4.0.1", systemInteractions: [], systemOperations: [],
            types: ["Group": type, "Patient": type])
    }

    /// A search with `_id`, `patient` or `identifier`, on one page.
    public func search(_ query: SearchQuery) async throws -> SearchPage {
        log.withLock { $0.append("search \(query.path)") }
        return server.withLock { $0.page(of: query, at: clock.now()) }
    }

    /// There is never a second page.
    public func page(_ link: String) async throws -> SearchPage {
        throw Fault(.remoteFailed, .halt, "the scripted clinic has one page only")
    }

    /// One resource.
    public func read(type: String, id: String) async throws -> [UInt8]? {
        log.withLock { $0.append("read \(type)") }
        return server.withLock { $0.resources["\(type)/\(id)"]?.serialized() }
    }

    /// Starts the one export.
    public func startExport(_ request: ExportRequest) async throws -> String {
        log.withLock { $0.append("export") }
        since.withLock { $0 = request.since }
        return base + "/status/1"
    }

    /// It is complete at once.
    public func pollExport(_ statusURL: String) async throws -> ExportProgress {
        let since = since.withLock { $0 }
        let (stray, miscount) = script.withLock { ($0.strayLines.count, $0.miscount) }
        let types = server.withLock { server in Set(server.resources.values.map(\.type)) }.subtracting(["Group"])
        let files = types.sorted().map { type in
            let count = server.withLock { $0.all(type, since: since).count }
            let isObservation = type == "Observation"
            return ExportManifest.File(
                type: type, url: "\(base)/files/\(type)", count: count + (isObservation ? stray + miscount : 0))
        }
        return .complete(
            ExportManifest(
                transactionTime: clock.now(), requiresAccessToken: true, output: files, errors: [], deleted: []))
    }

    /// One batch with every line.
    public func download(
        _ file: ExportManifest.File, requiresAccessToken: Bool, deliver: (LineBatch) async throws -> Void
    ) async throws -> Int {
        let type = file.type ?? ""
        log.withLock { $0.append("download \(type)") }
        let isBroken = script.withLock { script in
            let left = script.breaks[type] ?? 0
            script.breaks[type] = max(0, left - 1)
            return left > 0
        }
        if isBroken { throw Fault(.remoteIncomplete, .retry, "the file broke off", hint: "run the job again") }
        let since = since.withLock { $0 }
        var lines = server.withLock { $0.all(type, since: since).map { $0.serialized() } }
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

    /// Notes that the export may be dropped.
    public func finishExport(_ statusURL: String) async {
        log.withLock { $0.append("finish") }
    }
}
