import FHIR
import FHIRClient
import Jobs
import PDex
import Serving

/// Reads a demand for a member's data from the body of a POST.
enum DemandReader {
    /// A demand, and the job or payer that the body names to answer it, if any.
    struct Wish {
        var demand: MemberDemand
        var job: String?
        var payer: String?
    }

    /// The keys that the body may have.
    static let keys: Set = ["memberId", "patient", "member", "since", "types", "job", "payer"]
    private static let longestKey = 255

    static func wish(in request: ServedRequest) throws(Problem) -> Wish {
        guard request.mediaType == "application/json" else {
            throw Problem(415, "Unsupported media type", "send application/json")
        }
        guard let json = try? JSONParser.parse(request.body), let object = json.object else {
            throw Problem(400, "Malformed", "the body is not a JSON object")
        }
        // An unknown name may be anything, so it is not repeated.
        guard object.keys.allSatisfy(keys.contains) else {
            throw Problem(422, "Unknown member", "the body may have \(keys.sorted().joined(separator: ", "))")
        }
        var demand = try subject(of: object)
        demand.key = try key(request)
        if let since = try text("since", object) {
            guard let instant = Instant(since) else {
                throw Problem(422, "Wrong value", "since is not an instant such as 2026-01-31T00:00:00Z")
            }
            demand.since = instant
        }
        if let types = object["types"] {
            guard let list = types.array, list.allSatisfy({ $0.string != nil }) else {
                throw Problem(422, "Wrong value", "types is not a list of names")
            }
            demand.types = list.compactMap(\.string)
        }
        return Wish(demand: demand, job: try text("job", object), payer: try text("payer", object))
    }

    private static func key(_ request: ServedRequest) throws(Problem) -> String? {
        guard let key = request.headers["Idempotency-Key"] else { return nil }
        guard (1...longestKey).contains(key.utf8.count) else {
            throw Problem(400, "Wrong header", "Idempotency-Key has 1 to \(longestKey) characters")
        }
        return key
    }

    /// Whose data: by the plan's id (`memberId`) or by the clinic's (`patient`, formerly `member`).
    private static func subject(of object: JSONObject) throws(Problem) -> MemberDemand {
        let (plan, clinic) = (try text("memberId", object), [try text("patient", object), try text("member", object)])
        let named = clinic.compactMap(\.self)
        guard named.count + (plan == nil ? 0 : 1) == 1 else {
            throw Problem(
                422, "Missing member", "exactly one of memberId (the plan's id) and patient (the clinic's) names whose")
        }
        guard let plan else { return MemberDemand(patient: named[0]) }
        guard MemberDemand.isMemberID(plan) else {
            throw Problem(422, "Wrong value", "memberId is VALUE or SYSTEM|VALUE, at most 512 characters")
        }
        return MemberDemand(memberID: plan)
    }

    private static func text(_ key: String, _ object: JSONObject) throws(Problem) -> String? {
        guard let value = object[key] else { return nil }
        guard let text = value.string else { throw Problem(422, "Wrong value", "\(key) is not a string") }
        return text
    }
}
