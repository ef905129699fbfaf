import FHIR
import Serving

/// Bundles for the payer.
enum TestBundle {
    static func transaction(_ entries: [JSONValue], type: String = "transaction") -> JSONValue {
        ["resourceType": "Bundle", "type": .string(type), "entry": .array(entries)]
    }

    /// `PUT Type/id`.
    static func put(_ resource: JSONValue, ifMatch: String? = nil) -> JSONValue {
        var request: JSONObject = ["method": "PUT", "url": .string(resource.key ?? "")]
        if let ifMatch { request["ifMatch"] = .string(ifMatch) }
        return ["resource": resource, "request": .object(request)]
    }

    /// `PUT` or `POST` to `url`, with a fullUrl and a condition.
    static func write(
        _ method: String, _ url: String, _ resource: JSONValue, fullURL: String? = nil, ifNoneExist: String? = nil
    ) -> JSONValue {
        var request: JSONObject = ["method": .string(method), "url": .string(url)]
        if let ifNoneExist { request["ifNoneExist"] = .string(ifNoneExist) }
        var entry: JSONObject = ["resource": resource, "request": .object(request)]
        if let fullURL { entry["fullUrl"] = .string(fullURL) }
        return .object(entry)
    }

    static func encounter(_ id: String, subject: String) -> JSONValue {
        [
            "resourceType": "Encounter", "id": .string(id), "status": "finished",
            "subject": ["reference": .string(subject)],
        ]
    }
}
