import FHIR
import FHIRClient
import Jobs
import PDex
import Serving

/// Reads what somebody asks for from the body of a POST.
enum DemandReader {
    /// A demand, and which job it is to be answered by as far as the body says.
    struct Wish {
        var demand: MemberDemand
        var job: String?
        var payer: String?
    }

    /// What a demand may say.
    static let keys: Set = ["member", "since", "types", "job", "payer"]
    private static let longestKey = 255

    static func wish(in request: ServedRequest) throws(Problem) -> Wish {
        guard request.mediaType == "application/json" else {
            throw Problem(415, "Unsupported media type", "send application/json")
        }
        guard let json = try? JSONParser.parse(request.body), let object = json.object else {
            throw Problem(400, "Malformed", "the body is not a JSON object")
        }
        // A name may be anything: it is not repeated.
        guard object.keys.allSatisfy(keys.contains) else {
            throw Problem(422, "Unknown member", "the body may have \(keys.sorted().joined(separator: ", "))")
        }
        var demand = MemberDemand(patient: try required("member", object), key: try key(request))
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

    private static func required(_ key: String, _ object: JSONObject) throws(Problem) -> String {
        guard let text = try text(key, object) else { throw Problem(422, "Missing member", "\(key) is missing") }
        return text
    }

    private static func text(_ key: String, _ object: JSONObject) throws(Problem) -> String? {
        guard let value = object[key] else { return nil }
        guard let text = value.string else { throw Problem(422, "Wrong value", "\(key) is not a string") }
        return text
    }
}
