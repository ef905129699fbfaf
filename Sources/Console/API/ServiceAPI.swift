import FHIRClient
public import Jobs
public import PDex
import Serving

/// The service's HTTP API: recognises holders, routes their requests, and turns faults into refusals.
public struct ServiceAPI: Sendable {
    private let memberRequests: MemberRequestAPI
    private let watch: ServiceWatch
    private let tokens: APITokens
    private let crowd: Crowd

    /// The most calls of ``MemberRequestAPI`` answered at once; the store takes one after another.
    static let mostAtOnce = 64

    /// The API of `jobs`; `operations` acts in the name of a token's holder, `watch` answers monitoring.
    public init(
        operations: @escaping @Sendable (_ actor: String) -> Operations, jobs: [Job], watch: ServiceWatch,
        tokens: APITokens, clock: any WallClock
    ) {
        memberRequests = MemberRequestAPI(operations: operations, jobs: jobs, clock: clock)
        self.watch = watch
        self.tokens = tokens
        crowd = Crowd(most: Self.mostAtOnce)
    }

    func answer(_ request: ServedRequest) async -> ServedAnswer {
        do {
            if request.path.hasPrefix("/health/") {
                guard ["GET", "HEAD"].contains(request.method) else { throw Problem.notAllowed("GET, HEAD") }
                return try await watch.health(request.path, isHolder: (try? holder(of: request))?.mayWatch ?? false)
            }
            if request.path == "/metrics" {
                // Server names and volumes are nobody else's business.
                guard try holder(of: request).mayWatch else {
                    throw Problem(403, "Forbidden", "the token may not watch the service: say  watch: true  of it")
                }
                guard request.method == "GET" else { throw Problem.notAllowed("GET") }
                return try await watch.exposition()
            }
            guard MemberRequestAPI.hasPath(request.path) else { throw Problem.notFound() }
            let holder = try holder(of: request)
            guard let answer = try await crowd.answer({ try await memberRequests.answer(request, of: holder) }) else {
                throw Problem(
                    Fault(
                        .requestDeskFull, .retry, "\(Self.mostAtOnce) requests are being answered at this moment",
                        hint: "nothing was kept; ask again", retryAfterSeconds: 1))
            }
            return answer
        } catch let problem as Problem {
            return problem.answer
        } catch let fault as Fault {
            return Problem(fault).answer
        } catch {
            return Problem(500, "Failed", "see the service's log").answer
        }
    }

    private func holder(of request: ServedRequest) throws(Problem) -> APIToken {
        guard let token = request.bearer, let holder = tokens.holder(of: token) else {
            throw Problem(
                401, "Unauthorized", "send a bearer token that pdex.yaml lists",
                headers: ["WWW-Authenticate": "Bearer"])
        }
        return holder
    }
}
