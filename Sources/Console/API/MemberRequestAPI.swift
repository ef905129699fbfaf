import FHIR
import FHIRClient
import Jobs
import PDex
import Serving

/// Member requests by HTTP: made, looked at and taken back. Every action is one of ``Operations``.
struct MemberRequestAPI: Sendable {
    private let operations: @Sendable (_ actor: String) -> Operations
    private let jobs: RequestJobs
    private let clock: any WallClock

    /// More open requests than this are not accepted.
    static let mostOpen = 1000
    private static let path = "/v1/member-requests"

    /// The API of `jobs`; `operations` acts in the name of who holds the token.
    init(
        operations: @escaping @Sendable (_ actor: String) -> Operations, jobs: [Job], clock: any WallClock
    ) {
        self.operations = operations
        self.jobs = RequestJobs(jobs)
        self.clock = clock
    }

    /// Whether a request to that path is one for this API.
    static func hasPath(_ text: String) -> Bool { text == path || text.hasPrefix(path + "/") }

    func answer(_ request: ServedRequest, of holder: String) async throws -> ServedAnswer {
        let id = request.path.dropFirst(Self.path.count + 1)
        return try await id.isEmpty
            ? collection(request, operations(holder), of: holder) : one(String(id), request, operations(holder))
    }

    private func collection(
        _ request: ServedRequest, _ operations: Operations, of holder: String
    ) async throws -> ServedAnswer {
        switch request.method {
        case "POST":
            var wish = try DemandReader.wish(in: request)
            wish.demand.keyHolder = holder
            let job = try jobs.job(wish.job, payer: wish.payer)
            let open = try await operations.memberRequests(in: [.requested, .inProgress], limit: Self.mostOpen)
            guard open.count < Self.mostOpen else {
                throw Problem(
                    429, "Too many requests", "\(Self.mostOpen) requests are open", headers: ["Retry-After": "30"])
            }
            let accepted = try await operations.accept(wish.demand, by: job)
            return task(
                202, MemberRequestDetail(request: accepted), headers: ["Location": "\(Self.path)/\(accepted.id)"])
        case "GET":
            let states = try states(in: request)
            let found = try await operations.memberRequests(in: states, limit: 1000)
            let now = clock.now()
            let entries = found.map { request -> JSONValue in
                ["resource": MemberRequestTask(detail: MemberRequestDetail(request: request), now: now).json]
            }
            return .json(200, ["resourceType": "Bundle", "type": "collection", "entry": .array(entries)])
        default: throw Problem.notAllowed("GET, POST")
        }
    }

    private func states(in request: ServedRequest) throws(Problem) -> Set<MemberRequestState> {
        let named = FormFields(request.query)?.values("state") ?? []
        let states = named.compactMap { MemberRequestState(rawValue: $0) }
        guard states.count == named.count else {
            let all = MemberRequestState.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(422, "Wrong value", "state is one of \(all)")
        }
        return states.isEmpty ? Set(MemberRequestState.allCases) : Set(states)
    }

    private func one(_ id: String, _ request: ServedRequest, _ operations: Operations) async throws -> ServedAnswer {
        switch request.method {
        case "GET": return task(200, try await operations.show(request: id))
        case "DELETE":
            _ = try await operations.cancel(request: id, reason: "by the API")
            return task(200, try await operations.show(request: id))
        default: throw Problem.notAllowed("GET, DELETE")
        }
    }

    private func task(_ status: Int, _ detail: MemberRequestDetail, headers: HTTPHeaders = [:]) -> ServedAnswer {
        .json(status, MemberRequestTask(detail: detail, now: clock.now()).json, headers: headers)
    }
}
