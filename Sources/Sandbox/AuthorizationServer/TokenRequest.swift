import FHIRClient
import Serving

/// The form of a SMART backend services token request.
struct TokenRequest: Sendable {
    static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    let scopes: [String]
    let assertion: String
    /// `client_id`, which need not be sent.
    let clientID: String?

    /// Reads the form. Throws `invalid_request`, `unsupported_grant_type` or `invalid_client`.
    init(_ request: ServedRequest) throws(TokenError) {
        guard request.isForm, let text = String(validating: request.body, as: UTF8.self), let form = FormFields(text)
        else { throw TokenError(.invalidRequest, "the body is not application/x-www-form-urlencoded") }
        guard request.query.isEmpty else { throw TokenError(.invalidRequest, "fields belong into the body") }
        guard request.headers["Authorization"] == nil else {
            throw TokenError(.invalidRequest, "the client authenticates with its assertion and with nothing else")
        }
        let grant = try Self.only("grant_type", in: form)
        guard grant == "client_credentials" else {
            throw TokenError(.unsupportedGrantType, "grant_type is not client_credentials")
        }
        guard try Self.only("client_assertion_type", in: form) == Self.assertionType else {
            throw TokenError(.invalidClient, "client_assertion_type is not \(Self.assertionType)")
        }
        assertion = try Self.only("client_assertion", in: form)
        scopes = try Self.only("scope", in: form).split(separator: " ").map(String.init)
        clientID = form["client_id"]
    }

    private static func only(_ name: String, in form: FormFields) throws(TokenError) -> String {
        let values = form.values(name)
        guard values.count == 1, !values[0].isEmpty else {
            throw TokenError(.invalidRequest, values.count > 1 ? "\(name) is given twice" : "\(name) is missing")
        }
        return values[0]
    }
}
