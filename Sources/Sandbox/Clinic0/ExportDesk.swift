import FHIR
import FHIRClient
import Serving
import Synchronization

/// Takes export orders, reports on their progress, and hands out their files (Bulk Data Access 3.0.0).
final class ExportDesk: Sendable {
    /// The path of status and files, below the origin.
    static let path = "/export/"

    private struct Orders {
        var jobs: [String: ExportJob] = [:]
    }

    let habits: ExportHabits
    private let orders = Mutex(Orders())

    /// Runs exports as `habits` say.
    init(_ habits: ExportHabits) {
        self.habits = habits
    }

    /// Kick-off: freezes what is exported and answers 202 with `Content-Location`.
    func start(
        _ level: ExportOrder.Level, _ request: ServedRequest, front: Front, grant: AuthorizationServer.Grant,
        store: inout FHIRStore, now: Instant
    ) throws(Refusal) -> ServedAnswer {
        let wish = try ExportOrder(request)
        for type in wish.types where !grant.permits(.read, on: type) { throw .missingScope(.read, type) }
        // The other members of a Group are nobody's business.
        let all = store.types.filter { grant.permits(.read, on: $0) && (wish.purpose == nil || $0 != "Group") }
        let types = wish.types.isEmpty ? all : wish.types
        guard !types.isEmpty else { throw .missingScope(.read, "*") }
        let selection = ExportSelection(level: level, order: wish, fileSize: max(1, habits.fileSize), now: now)
        return take(
            try selection.output(of: types, in: store), deleted: try selection.deleted(of: types, in: store),
            errors: try selection.leftOut(in: store), of: types,
            request: front.origin.text + request.path + (request.query.isEmpty ? "" : "?" + request.query),
            front: front, at: store.tick(now))
    }

    /// Takes files for every client that may read `types`, and answers 202 with `Content-Location`.
    func take(
        _ output: [ExportJob.File], deleted: [ExportJob.File] = [], errors: [ExportJob.File] = [],
        of types: [String], request: String, front: Front,
        at transactionTime: Instant
    ) -> ServedAnswer {
        let id = Base64URL.encode(RandomBytes.bytes(12))
        let statusURL = front.origin.text + Self.path + id
        let job = ExportJob(
            types: types, statusURL: statusURL, transactionTime: transactionTime, request: request, output: output,
            deleted: deleted, errors: errors, habits: habits, pollsLeft: habits.polls)
        orders.withLock { $0.jobs[id] = job }
        return ServedAnswer(202, headers: ["Content-Location": statusURL])
    }

    /// A file that needs no token; nil when the request is for something else, or files are not open.
    func openFile(_ request: ServedRequest) throws(Refusal) -> ServedAnswer? {
        let segments = Self.segments(of: request)
        guard habits.filesAreOpen, request.method == "GET", segments.count == 2 else { return nil }
        guard request.headers["Authorization"] == nil else {
            throw Refusal(
                400, "security", "This file is open: a token must not be sent (requiresAccessToken is false).")
        }
        return try file(segments[1], of: job(segments[0]))
    }

    /// Status (GET), pages of the manifest, files, and clean-up (DELETE).
    func answer(_ request: ServedRequest, grant: AuthorizationServer.Grant) throws(Refusal) -> ServedAnswer {
        let segments = Self.segments(of: request)
        let id = segments.first ?? ""
        let job = try job(id)
        for type in job.types where !grant.permits(.read, on: type) { throw .missingScope(.read, type) }
        switch (request.method, segments.count) {
        case ("GET", 1): return status(id, job)
        case ("DELETE", 1):
            orders.withLock { $0.jobs[id] = nil }
            return ServedAnswer(202)
        case ("GET", 2): return try file(segments[1], of: job)
        case ("GET", 3) where segments[1] == "manifest":
            guard let page = Int(segments[2]), (0..<job.pages).contains(page) else { throw .notFound("The page") }
            return .json(200, job.manifest(page: page))
        default: throw .notSupported("\(request.method) on an export")
        }
    }

    private static func segments(of request: ServedRequest) -> [String] {
        request.path.split(separator: "/").dropFirst().map(String.init)
    }

    private func job(_ id: String) throws(Refusal) -> ExportJob {
        guard let job = orders.withLock({ $0.jobs[id] }) else { throw .notFound("The export") }
        return job
    }

    private func file(_ place: String, of job: ExportJob) throws(Refusal) -> ServedAnswer {
        guard let place = Int(place), job.files.indices.contains(place) else { throw .notFound("The file") }
        return .ndjson(job.files[place].lines)
    }

    private func status(_ id: String, _ job: ExportJob) -> ServedAnswer {
        guard job.pollsLeft <= 0 else {
            orders.withLock { $0.jobs[id]?.pollsLeft -= 1 }
            return ServedAnswer(202, headers: ["X-Progress": "\(job.files.count) files", "Retry-After": "1"])
        }
        return .json(200, job.manifest(page: 0))
    }
}
