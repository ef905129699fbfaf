public import FHIR
public import FHIRClient

/// One answer of an endpoint, free of any HTTP library.
public struct ServedAnswer: Sendable {
    /// What follows the head.
    public enum Body: Sendable {
        /// A body in one piece; may be empty.
        case bytes([UInt8])
        /// NDJSON: each line is followed by a newline and streamed.
        case lines([[UInt8]])
        /// No answer at all: the connection is closed.
        case dropped
    }

    /// The status code.
    public let status: Int
    /// The header fields; the server adds length, encoding and date.
    public var headers: HTTPHeaders
    /// The body, or what takes its place.
    public let body: Body

    /// An answer in one piece.
    public init(_ status: Int, _ body: [UInt8] = [], headers: HTTPHeaders = [:]) {
        self.init(status: status, headers: headers, body: .bytes(body))
    }

    private init(status: Int, headers: HTTPHeaders, body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer with a body of `mediaType`, which is added to `headers`.
    public static func typed(
        _ status: Int, _ body: [UInt8], as mediaType: String, headers: HTTPHeaders = [:]
    ) -> ServedAnswer {
        var headers = headers
        headers.append("Content-Type", mediaType)
        return ServedAnswer(status, body, headers: headers)
    }

    /// A FHIR resource or Bundle.
    public static func fhir(_ status: Int, _ body: [UInt8], headers: HTTPHeaders = [:]) -> ServedAnswer {
        typed(status, body, as: "application/fhir+json; charset=utf-8", headers: headers)
    }

    /// A JSON document that is not FHIR.
    public static func json(_ status: Int, _ value: JSONValue, headers: HTTPHeaders = [:]) -> ServedAnswer {
        typed(status, value.serialized(), as: "application/json", headers: headers)
    }

    /// A file of resources, one per line.
    public static func ndjson(_ lines: [[UInt8]]) -> ServedAnswer {
        ServedAnswer(status: 200, headers: ["Content-Type": "application/fhir+ndjson"], body: .lines(lines))
    }

    /// Closes the connection instead of answering.
    public static let dropped = ServedAnswer(status: 0, headers: [:], body: .dropped)
}
