import FHIR
import PDex

/// Translates an unsuccessful answer into a fault that says who must act.
struct ResponseFaults {
    private let connection: ServerConnection

    /// The largest body without a proven end that is believed if it parses.
    private static let unprovenBytes = 64 << 10

    init(_ connection: ServerConnection) {
        self.connection = connection
    }

    /// The fault of 408, 429, 502, 503 and 504, which ask for another try; nil for any other status.
    func transient(_ status: Int, _ headers: HTTPHeaders, now: Instant) -> Fault? {
        guard [408, 429, 502, 503, 504].contains(status) else { return nil }
        let code: FaultCode = status == 429 ? .remoteThrottled : .remoteFailed
        return Fault(
            code, .retry, "\(connection.name) answered \(status)\(AnswerID.words(headers)).",
            hint: "It is asked again later; when it goes on, ask the server's owner.",
            retryAfterSeconds: RetryAfter.seconds(headers, now: now), httpStatus: status)
    }

    /// The fault of a request that is not made, because the server has said when to come back.
    func paused(_ seconds: Double) -> Fault {
        Fault(
            .remoteThrottled, .retry, "\(connection.name) asked to be left alone for another \(Int(seconds)) s.",
            hint: "It is asked again after that; when it goes on, ask the server's owner.",
            retryAfterSeconds: Int(seconds.rounded(.up)))
    }

    /// The fault of any status that is not a success; `what` names the request, such as "a search on Encounter".
    func fault(_ response: HTTPResponse, _ what: String, now: Instant) -> Fault {
        if let fault = transient(response.status, response.headers, now: now) { return fault }
        switch response.status {
        case 300...399: return redirect(response.status, what)
        case 401: return unauthorized(what)
        case 403:
            return Fault(
                .authForbidden, .halt,
                "\(connection.name) answered 403 to \(what)\(said(response))\(AnswerID.words(response.headers)).",
                hint: "Our token is good but not allowed this: compare scopes with the server's owner.",
                httpStatus: 403)
        case 500...: return failed(response, what, now: now)
        default:
            return Fault(
                .remoteRefused, .halt,
                "\(connection.name) answered \(response.status) to \(what)\(said(response))\(AnswerID.words(response.headers)).",
                hint: "Asking again would not help: compare the request with the server's CapabilityStatement.",
                httpStatus: response.status)
        }
    }

    /// The fault of a search that the server refuses until more is specified (RD-10): 400, and an OperationOutcome with
    /// the code `required` or the name of the missing parameter. Nil for every other answer.
    func demand(_ response: HTTPResponse, _ what: String) -> Fault? {
        guard response.status == 400, let outcome = outcome(of: response) else { return nil }
        let demands = outcome.issues.contains { issue in
            guard issue.severity >= .error else { return false }
            let words = [issue.diagnostics, issue.detailsText].compactMap(\.self) + issue.expression
            return issue.code == "required"
                || words.contains { text in Self.demandable.contains { text.lowercased().contains($0) } }
        }
        guard demands else { return nil }
        return Fault(
            .remoteSearchDemands, .halt, "\(connection.name) wants more said in \(what) (\(outcome.summary)).",
            hint: "Compare the request with the search parameters that the CapabilityStatement calls mandatory.",
            httpStatus: 400)
    }

    /// Search parameters that US Core servers may insist on (CONF-0063 … CONF-0069).
    private static let demandable = ["category", "status", "intent"]

    /// The fault of a redirect, which is never followed: it could lead our token to a stranger.
    func redirect(_ status: Int, _ what: String) -> Fault {
        Fault(
            .remotePolicy, .halt, "\(connection.name) answered \(status) to \(what); redirects are not followed.",
            hint: "Write the URL where the server really is into the connection's configuration.",
            httpStatus: status)
    }

    /// The fault of a URL that the policy forbids; `does` continues the sentence after the server's name.
    func policy(_ does: String, _ hint: String) -> Fault {
        Fault(.remotePolicy, .halt, "\(connection.name) \(does); it was not followed.", hint: hint)
    }

    /// The fault of a server that failed at a request.
    func failed(_ response: HTTPResponse, _ what: String, now: Instant) -> Fault {
        Fault(
            .remoteFailed, .retry,
            "\(connection.name) answered \(response.status) to \(what)\(AnswerID.words(response.headers)).",
            hint: "It is asked again later; when it goes on, ask the server's owner.",
            retryAfterSeconds: RetryAfter.seconds(response.headers, now: now), httpStatus: response.status)
    }

    /// The fault of a refused token whose replacement is refused as well; or of a missing token.
    func unauthorized(_ what: String) -> Fault {
        let isAnonymous = connection.authorization == .none
        return Fault(
            .authTokenRefused, .halt,
            "\(connection.name) answered 401 to \(what), \(isAnonymous ? "without a token" : "with a new token too").",
            hint: isAnonymous
                ? "Configure how we are allowed in: client id and key."
                : "Run  pdex auth test \(connection.name)  and compare base URL and audience with the registration.",
            httpStatus: 401)
    }

    /// The JSON of a body. Throws `remote.incomplete` when its end is not proven, `remote.malformed`.
    func json(
        _ response: HTTPResponse, _ what: String, limits: JSONLimits = .fhir
    ) throws(Fault) -> JSONValue {
        do {
            if response.isProvenComplete || response.body.count <= Self.unprovenBytes {
                return try JSONParser.parse(response.body, limits: limits)
            }
        } catch {
            if response.isProvenComplete { throw malformed(what, "\(error)") }
        }
        throw incomplete(what)
    }

    /// The fault of a body with the wrong content; `why` quotes none of it.
    func malformed(_ what: String, _ why: String) -> Fault {
        Fault(
            .remoteMalformed, .halt, "\(what) of \(connection.name) cannot be read: \(why).",
            hint: "Ask the server's owner; a proxy that answers in HTML looks like this too.")
    }

    /// The fault of a body whose end is not proven.
    func incomplete(_ what: String) -> Fault {
        Fault(
            .remoteIncomplete, .retry, "\(what) of \(connection.name) is not proven complete.",
            hint: "It is asked for again later; when it goes on, look for a proxy that cuts answers off.")
    }

    /// Whether the body has a proven end, or is small enough to be proven by its grammar.
    func canProveItself(_ response: HTTPResponse) -> Bool {
        response.isProvenComplete || response.body.count <= Self.unprovenBytes
    }

    /// What an OperationOutcome says, without its diagnostics.
    private func said(_ response: HTTPResponse) -> String {
        outcome(of: response).map { " (\($0.summary))" } ?? ""
    }

    private func outcome(of response: HTTPResponse) -> OperationOutcome? {
        guard response.body.count <= 1 << 20 else { return nil }
        return (try? JSONParser.parse(response.body)).flatMap(OperationOutcome.init)
    }
}
