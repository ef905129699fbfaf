import FHIR
import FHIRClient
import Synchronization

/// Takes export orders, says how they are doing, and hands out their files (Bulk Data Access 3.0.0).
final class ExportDesk: Sendable {
    /// Where status and files are, below the origin.
    static let path = "/export/"

    private struct Orders {
        var jobs: [String: ExportJob] = [:]
    }

    private let fileSize: Int
    private let polls: Int
    private let orders = Mutex(Orders())

    /// Files hold `fileSize` resources; a job answers `polls` status requests with 202 before it is complete.
    init(fileSize: Int, polls: Int) {
        self.fileSize = max(1, fileSize)
        self.polls = max(0, polls)
    }

    /// Kick-off: freezes what is exported and answers 202 with `Content-Location`.
    func start(
        _ level: ExportOrder.Level, _ request: SandboxRequest, front: Front, grant: AuthorizationServer.Grant,
        store: inout FHIRStore, now: Instant
    ) throws(Refusal) -> SandboxAnswer {
        let wish = try ExportOrder(request)
        for type in wish.types where !grant.permits(.read, on: type) { throw .missingScope(.read, type) }
        let types = wish.types.isEmpty ? store.types.filter { grant.permits(.read, on: $0) } : wish.types
        guard !types.isEmpty else { throw .missingScope(.read, "*") }
        let selection = ExportSelection(level: level, since: wish.since, fileSize: fileSize)
        let id = Base64URL.encode(RandomBytes.bytes(12))
        let statusURL = front.origin.text + Self.path + id
        let job = ExportJob(
            types: types, statusURL: statusURL, transactionTime: store.tick(now),
            request: front.origin.text + request.path + (request.query.isEmpty ? "" : "?" + request.query),
            output: try selection.output(of: types, in: store), deleted: try selection.deleted(of: types, in: store),
            pollsLeft: polls)
        orders.withLock { $0.jobs[id] = job }
        return SandboxAnswer(202, headers: ["Content-Location": statusURL])
    }

    /// Status (GET), files (GET) and clean-up (DELETE).
    func answer(_ request: SandboxRequest, grant: AuthorizationServer.Grant) throws(Refusal) -> SandboxAnswer {
        let segments = request.path.split(separator: "/").dropFirst().map(String.init)
        guard let id = segments.first, let job = orders.withLock({ $0.jobs[id] }) else { throw .notFound("The export") }
        for type in job.types where !grant.permits(.read, on: type) { throw .missingScope(.read, type) }
        switch (request.method, segments.count) {
        case ("GET", 1): return status(id, job)
        case ("DELETE", 1):
            orders.withLock { $0.jobs[id] = nil }
            return SandboxAnswer(202)
        case ("GET", 2):
            guard let place = Int(segments[1]), job.files.indices.contains(place) else { throw .notFound("The file") }
            return .ndjson(job.files[place].lines)
        default: throw .notSupported("\(request.method) on an export")
        }
    }

    private func status(_ id: String, _ job: ExportJob) -> SandboxAnswer {
        guard job.pollsLeft <= 0 else {
            orders.withLock { $0.jobs[id]?.pollsLeft -= 1 }
            return SandboxAnswer(202, headers: ["X-Progress": "\(job.files.count) files", "Retry-After": "1"])
        }
        return .json(200, job.manifest)
    }
}
