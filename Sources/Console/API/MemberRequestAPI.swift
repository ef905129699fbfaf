import FHIR
import FHIRClient
import Jobs
import PDex
import Serving

/// Member requests over HTTP: each token holder can make, see and cancel its own. Every action is one of
/// ``Operations``.
struct MemberRequestAPI: Sendable {
    private let operations: @Sendable (_ actor: String) -> Operations
    private let jobs: [Job]
    private let clock: any WallClock

    /// The most open requests of one holder and of all; more are not accepted.
    static let bounds = DeskBounds(ofHolder: 1000, ofAll: 4000)
    private static let path = "/v1/member-requests"

    /// The API of `jobs`; `operations` acts in the name of the token's holder.
    init(
        operations: @escaping @Sendable (_ actor: String) -> Operations, jobs: [Job], clock: any WallClock
    ) {
        self.operations = operations
        self.jobs = jobs
        self.clock = clock
    }

    /// Whether a request to that path is for this API.
    static func hasPath(_ text: String) -> Bool { text == path || text.hasPrefix(path + "/") }

    func answer(_ request: ServedRequest, of holder: APIToken) async throws -> ServedAnswer {
        let id = request.path.dropFirst(Self.path.count + 1)
        let operations = operations(holder.name)
        return try await id.isEmpty
            ? collection(request, operations, of: holder) : one(String(id), request, operations, of: holder)
    }

    private func collection(
        _ request: ServedRequest, _ operations: Operations, of holder: APIToken
    ) async throws -> ServedAnswer {
        switch request.method {
        case "POST": return try await accept(request, operations, of: holder)
        case "GET":
            let query = try MemberRequestQuery(request.query)
            let own = MemberRequestFilter(
                states: query.states, owner: holder.name, payers: holder.payers, after: query.after)
            let now = clock.now()
            let list = try await operations.list(memberRequestsMatching: own, limit: query.count) { detail in
                MemberRequestTask(detail: detail, now: now).json
            }
            return .json(200, bundle(list, query))
        default: throw Problem.notAllowed("GET, POST")
        }
    }

    /// Accepts a demand for a job of the holder's payers; for the holder there are no other jobs.
    private func accept(
        _ request: ServedRequest, _ operations: Operations, of holder: APIToken
    ) async throws -> ServedAnswer {
        var wish = try DemandReader.wish(in: request)
        wish.demand.holder = holder.name
        let jobs = RequestJobs(jobs.filter { holder.payers.contains($0.payer) })
        let job = try jobs.job(wish.job, payer: wish.payer)
        let accepted = try await operations.accept(wish.demand, by: job, within: Self.bounds)
        return task(
            202, MemberRequestDetail(request: accepted), headers: ["Location": "\(Self.path)/\(accepted.id)"])
    }

    /// The Tasks of what a holder asked for, of the payers that are still the holder's, as the page of a search.
    private func bundle(_ list: MemberRequestList<JSONValue>, _ query: MemberRequestQuery) -> JSONValue {
        var bundle: JSONObject = [
            "resourceType": "Bundle", "type": "searchset", "total": .number(JSONNumber(list.total)),
        ]
        if let next = list.next {
            let url = Self.path + "?" + query.text(after: next)
            bundle["link"] = [["relation": "next", "url": .string(url)]]
        }
        bundle["entry"] = .array(list.requests.map { ["resource": $0] })
        return .object(bundle)
    }

    private func one(
        _ id: String, _ request: ServedRequest, _ operations: Operations, of holder: APIToken
    ) async throws -> ServedAnswer {
        guard ["GET", "DELETE"].contains(request.method) else { throw Problem.notAllowed("GET, DELETE") }
        // Another holder's request is answered like a missing one: not even its existence is revealed.
        let detail = try await operations.show(request: id, of: holder.name, payers: holder.payers)
        guard request.method == "DELETE" else { return task(200, detail) }
        _ = try await operations.cancel(request: id, reason: "by the API")
        return task(200, try await operations.show(request: id))
    }

    private func task(_ status: Int, _ detail: MemberRequestDetail, headers: HTTPHeaders = [:]) -> ServedAnswer {
        .json(status, MemberRequestTask(detail: detail, now: clock.now()).json, headers: headers)
    }
}
