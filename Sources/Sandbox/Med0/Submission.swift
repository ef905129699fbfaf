import FHIR
import Serving

/// A transaction or batch Bundle, parsed.
struct Submission: Sendable {
    let isTransaction: Bool
    /// One for each entry; nil for an entry of a batch that is not a valid request.
    let requests: [WriteRequest?]

    /// Reads the body. Throws 400 when it is not such a Bundle, or a transaction with an entry that is no request.
    init(_ request: ServedRequest) throws(Refusal) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONParser.parse(request.body, limits: JSONLimits(depth: 64, bytes: SandboxServers.bodyLimit))
        } catch {
            throw Refusal(400, "structure", "The body is not well-formed JSON.")
        }
        guard let bundle = try? FHIRBundle(json), ["transaction", "batch"].contains(bundle.type) else {
            throw Refusal(400, "structure", "The body is no Bundle of type transaction or batch.")
        }
        isTransaction = bundle.type == "transaction"
        var requests: [WriteRequest?] = []
        for (index, entry) in bundle.entries.enumerated() {
            do throws(Refusal) {
                requests.append(try Self.request(of: entry))
            } catch {
                if isTransaction { throw error.at(entry: index) }
                requests.append(nil)
            }
        }
        self.requests = requests
    }

    private static func request(of entry: FHIRBundle.Entry) throws(Refusal) -> WriteRequest {
        guard let request = entry.request else { throw Refusal(400, "required", "An entry needs a request.") }
        guard
            let type = entry.resource?.type
                ?? request.url.split(whereSeparator: { "/?".contains($0) }).first.map(String.init),
            request.method == "GET" || WritableTypes.all.contains(type)
        else { throw Refusal(400, "not-supported", "An entry's resource type is not taken here.") }
        return try WriteRequest(
            method: request.method, url: request.url, fullURL: entry.fullURL, resource: entry.resource,
            ifMatch: request.ifMatch, ifNoneExist: request.ifNoneExist)
    }
}
