import FHIR
import FHIRClient
public import Jobs
public import PDex
import Serving

/// The HTTP API: member requests are made, looked at and taken back. Every action is one of ``Operations``.
public struct MemberRequestAPI: Sendable {
    private let operations: @Sendable (_ actor: String) -> Operations
    private let jobs: RequestJobs
    private let tokens: APITokens
    private let clock: any WallClock

    /// More open requests than this are not accepted.
    static let mostOpen = 1000
    private static let path = "/v1/member-requests"

    /// The API of `jobs`; `operations` acts in the name of who holds the token.
    public init(
        operations: @escaping @Sendable (_ actor: String) -> Operations, jobs: [Job], tokens: APITokens,
        clock: any WallClock
    ) {
        self.operations = operations
        self.jobs = RequestJobs(jobs)
        self.tokens = tokens
        self.clock = clock
    }

    func answer(_ request: ServedRequest) async -> ServedAnswer {
        do {
            if request.path.hasPrefix("/health/") { return try await health(request) }
            guard request.path == Self.path || request.path.hasPrefix(Self.path + "/") else { throw Problem.notFound() }
            let actor = try holder(of: request)
            let id = request.path.dropFirst(Self.path.count + 1)
            return try await id.isEmpty
                ? collection(request, operations(actor), of: actor) : one(String(id), request, operations(actor))
        } catch let problem as Problem {
            return problem.answer
        } catch let fault as Fault {
            return Problem(fault).answer
        } catch {
            return Problem(500, "Failed", "see the service's log").answer
        }
    }

    private func holder(of request: ServedRequest) throws(Problem) -> String {
        guard let token = request.bearer, let name = tokens.holder(of: token) else {
            throw Problem(
                401, "Unauthorized", "send a bearer token that pdex.yaml lists",
                headers: ["WWW-Authenticate": "Bearer"])
        }
        return name
    }

    private func health(_ request: ServedRequest) async throws -> ServedAnswer {
        guard request.method == "GET" else { throw Problem.notAllowed("GET") }
        switch request.path {
        case "/health/live": return .json(200, ["status": "live"])
        case "/health/ready":
            // The store answers: that is what accepting needs.
            _ = try await operations("health").memberRequests(in: [.requested], limit: 1)
            return .json(200, ["status": "ready"])
        default: throw Problem.notFound()
        }
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
