import FHIR
import Serving

/// What clinic and payer have in common before any resource is involved: discovery, tokens, metadata, paths.
struct Front: Sendable {
    let origin: Origin
    let authorization: AuthorizationServer

    /// The FHIR base URL, without a trailing slash.
    var base: String { origin.text + "/fhir/r4" }
    /// Where tokens are issued, and the value that an assertion's `aud` must have.
    var tokenURL: String { origin.text + "/token" }

    /// Answers requests that need no token; nil for all others.
    func answer(_ request: ServedRequest, metadata: () -> JSONValue) -> ServedAnswer? {
        switch (request.method, request.path) {
        case ("POST", "/token"): authorization.token(request, tokenURL: tokenURL)
        case (_, "/token"): .refusal(.notSupported("\(request.method) on the token endpoint"))
        case ("GET", "/fhir/r4/.well-known/smart-configuration"): authorization.discovery(tokenURL: tokenURL)
        case ("GET", "/fhir/r4/metadata"): .fhir(200, metadata().serialized())
        default: nil
        }
    }

    /// The segments below the FHIR base; nil for a path that is not below it.
    func segments(of request: ServedRequest) -> [String]? {
        let segments = request.path.split(separator: "/").map(String.init)
        guard segments.starts(with: ["fhir", "r4"]) else { return nil }
        return Array(segments.dropFirst(2))
    }
}
