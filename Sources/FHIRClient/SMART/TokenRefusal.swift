import FHIR
import PDex

/// What a token endpoint's refusal means (RFC 6749 §5.2, SBS-36); no refused request is ever repeated as it stands.
struct TokenRefusal {
    let connection: ServerConnection
    let key: SigningKey

    /// The fault for an answer whose status is not 200.
    ///
    /// Only the error's code is repeated, if the standard knows it: a description can hold anything, even our assertion
    /// (``ServerRemark``).
    func fault(_ response: HTTPResponse, now: Instant) -> Fault {
        if let transient = ResponseFaults(connection).transient(response.status, response.headers, now: now) {
            return transient
        }
        switch response.status {
        case 300...399: return ResponseFaults(connection).redirect(response.status, "a token request")
        case 500...: return ResponseFaults(connection).failed(response, "a token request", now: now)
        default: break
        }
        let json = response.body.count <= 64 << 10 ? try? JSONParser.parse(response.body) : nil
        let code = json?["error"]?.string ?? ""
        return refused(code.isEmpty && response.status == 401 ? "invalid_client" : code, response.status)
    }

    private func refused(_ code: String, _ status: Int) -> Fault {
        switch code {
        case "invalid_client":
            return make(
                .authInvalidClient, code,
                """
                Compare with the registration: client id, and the public key called \(key.kid) \
                (\(key.algorithm.rawValue)). Check this machine's clock. Then  pdex auth test \(connection.name).
                """)
        case "unauthorized_client":
            return make(
                .authInvalidClient, code, "Ask the server's owner to allow client_credentials for this client.")
        case "invalid_scope":
            return make(
                .authInvalidScope, code,
                "Ask the server's owner which scopes are registered, or narrow the job's types.")
        case "invalid_request", "invalid_grant", "unsupported_grant_type":
            return make(.authInvalidRequest, code, "Run  pdex auth test \(connection.name)  and report what it shows.")
        default:
            return make(
                .authInvalidRequest, "status \(status)", "Check the token URL with  pdex auth test \(connection.name).")
        }
    }

    private func make(_ fault: FaultCode, _ code: String, _ hint: String) -> Fault {
        Fault(
            fault, .halt, "The authorization server of \(connection.name) refused a token request: \(code).", hint: hint
        )
    }
}
