import FHIR
import FHIRClient

/// One answer of the sandbox's servers, free of any HTTP library.
struct SandboxAnswer: Sendable {
    /// What follows the head.
    enum Body: Sendable {
        /// A body in one piece; may be empty.
        case bytes([UInt8])
        /// NDJSON: each line is followed by a newline and streamed.
        case lines([[UInt8]])
        /// No answer at all: the connection is closed.
        case dropped
    }

    let status: Int
    var headers: HTTPHeaders
    let body: Body

    /// An answer in one piece.
    init(_ status: Int, _ body: [UInt8] = [], headers: HTTPHeaders = [:]) {
        self.init(status: status, headers: headers, body: .bytes(body))
    }

    private init(status: Int, headers: HTTPHeaders, body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A FHIR resource or Bundle.
    static func fhir(_ status: Int, _ body: [UInt8], headers: HTTPHeaders = [:]) -> SandboxAnswer {
        var headers = headers
        headers.append("Content-Type", "application/fhir+json; charset=utf-8")
        return SandboxAnswer(status, body, headers: headers)
    }

    /// A JSON document that is not FHIR.
    static func json(_ status: Int, _ value: JSONValue, headers: HTTPHeaders = [:]) -> SandboxAnswer {
        var headers = headers
        headers.append("Content-Type", "application/json")
        return SandboxAnswer(status, value.serialized(), headers: headers)
    }

    /// A file of resources, one a line.
    static func ndjson(_ lines: [[UInt8]]) -> SandboxAnswer {
        SandboxAnswer(status: 200, headers: ["Content-Type": "application/fhir+ndjson"], body: .lines(lines))
    }

    /// A refusal as OperationOutcome.
    static func refusal(_ refusal: Refusal) -> SandboxAnswer {
        fhir(refusal.status, refusal.outcome.serialized(), headers: refusal.headers)
    }

    /// The connection is closed instead of an answer.
    static let dropped = SandboxAnswer(status: 0, headers: [:], body: .dropped)
}
