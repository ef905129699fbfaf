import FHIR
import Serving

/// Writes the Bundle that answers a transaction or batch: one entry for each entry that was sent, in order.
enum SubmissionResponse {
    enum Result: Sendable {
        case done(WriteRequest, Transaction.Outcome)
        case refused(Refusal)
    }

    /// The answer; reads inside the Bundle are done now, after all writes.
    static func answer(
        _ type: String, _ results: [Result], base: String, grant: AuthorizationServer.Grant, store: inout FHIRStore
    ) -> ServedAnswer {
        var entries: [JSONValue] = []
        for result in results {
            switch result {
            case .refused(let refusal): entries.append(self.refusal(refusal))
            case .done(let request, let outcome):
                if case .read(let url) = request.verb {
                    entries.append(read(url, ReadInteractions(base: base, grant: grant), in: &store))
                } else {
                    entries.append(["response": .object(response(outcome))])
                }
            }
        }
        let bundle: JSONValue = ["resourceType": "Bundle", "type": .string(type), "entry": .array(entries)]
        return .fhir(200, bundle.serialized())
    }

    private static func response(_ outcome: Transaction.Outcome) -> JSONObject {
        var response: JSONObject = ["status": .string(status(outcome.status))]
        if let resource = outcome.resource {
            response["location"] = .string("\(resource.key)/_history/\(resource.version)")
            response["etag"] = .string(resource.etag)
            response["lastModified"] = .string(resource.lastUpdated.text)
        }
        return response
    }

    private static func read(_ url: String, _ reading: ReadInteractions, in store: inout FHIRStore) -> JSONValue {
        let request = ServedRequest("GET", "/fhir/r4/" + url)
        let segments = request.path.split(separator: "/").dropFirst(2).map(String.init)
        do throws(Refusal) {
            guard let answer = try reading.answer(segments, request, in: &store), case .bytes(let bytes) = answer.body,
                let resource = try? JSONParser.parse(bytes)
            else { throw .notFound("The URL") }
            return ["resource": resource, "response": ["status": "200 OK"]]
        } catch {
            return refusal(error)
        }
    }

    private static func refusal(_ refusal: Refusal) -> JSONValue {
        ["response": ["status": .string(status(refusal.status)), "outcome": refusal.outcome]]
    }

    private static func status(_ code: Int) -> String {
        switch code {
        case 200: "200 OK"
        case 201: "201 Created"
        case 204: "204 No Content"
        case 400: "400 Bad Request"
        case 403: "403 Forbidden"
        case 404: "404 Not Found"
        case 412: "412 Precondition Failed"
        case 422: "422 Unprocessable Entity"
        default: String(code)
        }
    }
}
