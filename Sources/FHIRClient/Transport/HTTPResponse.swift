/// An answer with its whole body.
public struct HTTPResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The header fields.
    public let headers: HTTPHeaders
    /// The body after decoding.
    public let body: [UInt8]
    /// Whether the end of the body was announced and seen: content length, last chunk or end of stream.
    ///
    /// False when only the end of the connection ended it: then the content itself has to prove that it is whole.
    public let isProvenComplete: Bool

    /// Describes an answer.
    public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = [], isProvenComplete: Bool = true) {
        self.status = status
        self.headers = headers
        self.body = body
        self.isProvenComplete = isProvenComplete
    }
}

extension HTTPResponse: CustomStringConvertible {
    /// The status and the size: a body may hold a patient or a token.
    public var description: String { "\(status), \(body.count) bytes" }
}
