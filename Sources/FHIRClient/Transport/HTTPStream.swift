/// An answer whose body is read piece by piece.
public struct HTTPStream: Sendable {
    /// The status code.
    public let status: Int
    /// The header fields.
    public let headers: HTTPHeaders
    /// The body after decoding; ends without an error only when it is proven whole.
    public let body: HTTPBody

    /// Describes an answer.
    public init(status: Int, headers: HTTPHeaders, body: HTTPBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The pieces of a body, in order, made no faster than they are taken; can be read once.
public struct HTTPBody: AsyncSequence, Sendable {
    private let pull: @Sendable () async throws -> [UInt8]?

    /// Wraps a function that returns the next piece, and nil at the proven end.
    public init(_ pull: @escaping @Sendable () async throws -> [UInt8]?) {
        self.pull = pull
    }

    /// Starts reading.
    public func makeAsyncIterator() -> Iterator { Iterator(pull: pull) }

    /// Reads the pieces.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let pull: @Sendable () async throws -> [UInt8]?

        /// The next piece, or nil at the proven end; throws when the body breaks off.
        public mutating func next() async throws -> [UInt8]? { try await pull() }
    }
}
