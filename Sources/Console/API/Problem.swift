import FHIR
import FHIRClient
import PDex
import Serving

/// Why a request was not carried out, as `application/problem+json` (RFC 9457).
struct Problem: Error {
    let status: Int
    let title: String
    let detail: String
    var code: String?
    var headers: HTTPHeaders = [:]

    init(_ status: Int, _ title: String, _ detail: String, headers: HTTPHeaders = [:]) {
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers
        code = Self.codes[status]?.rawValue
    }

    /// What is wrong with a request before anybody looks at what it asks for, or with the service itself.
    private static let codes: [Int: FaultCode] = [
        400: .apiMalformed, 401: .apiUnauthorized, 403: .apiForbidden, 404: .apiPathUnknown, 405: .apiMethod,
        408: .apiMalformed, 413: .apiMalformed, 415: .apiMalformed, 422: .requestInvalid, 500: .apiFailed,
    ]

    /// What a fault means to somebody who speaks HTTP.
    init(_ fault: Fault) {
        let status =
            switch fault.code {
            case .requestInvalid, .usage, .memberAmbiguous: 422
            case .requestUnknown, .jobUnknown, .memberUnknown: 404
            case .requestConflict, .requestNotOpen: 409
            case .requestTooManyUnknown: 429
            case .requestDeskFull: 429
            case .storeLocked: 503
            default: 500
            }
        self.init(status, fault.code.rawValue, [fault.message, fault.hint].compactMap(\.self).joined(separator: "; "))
        code = fault.code.rawValue
        if [429, 503].contains(status) { headers.append("Retry-After", "\(fault.retryAfterSeconds ?? 5)") }
    }

    var answer: ServedAnswer {
        var json: JSONObject = [
            "type": "about:blank", "title": .string(title), "status": .number(JSONNumber(status)),
            "detail": .string(detail),
        ]
        json["code"] = code.map { .string($0) }
        return .typed(status, JSONValue.object(json).serialized(), as: "application/problem+json", headers: headers)
    }

    static func notFound() -> Problem { Problem(404, "Not found", "there is nothing at this path") }

    static func notAllowed(_ methods: String) -> Problem {
        Problem(405, "Method not allowed", "this path takes \(methods)", headers: ["Allow": methods])
    }
}
