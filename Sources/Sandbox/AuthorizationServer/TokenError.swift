import FHIR
import FHIRClient
import Serving

/// Why no token is issued (RFC 6749 §5.2).
struct TokenError: Error, Sendable, Equatable {
    /// The error codes of RFC 6749 that this server uses.
    enum Code: String, Sendable {
        case invalidRequest = "invalid_request"
        case invalidClient = "invalid_client"
        case invalidScope = "invalid_scope"
        case unsupportedGrantType = "unsupported_grant_type"
    }

    let code: Code
    /// What is wrong, for the client's developer.
    let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// The answer: 401 when the client could not be authenticated, else 400.
    var answer: ServedAnswer {
        let body: JSONValue = ["error": .string(code.rawValue), "error_description": .string(description)]
        return .json(
            code == .invalidClient ? 401 : 400, body, headers: ["Cache-Control": "no-store", "Pragma": "no-cache"])
    }
}
