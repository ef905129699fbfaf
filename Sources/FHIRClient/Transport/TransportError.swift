/// Why there is no answer, or only part of one; holds neither content nor URL.
public struct TransportError: Error, Sendable, Hashable {
    /// What happened.
    public enum Reason: String, Error, Sendable, CaseIterable {
        /// The host name has no address.
        case unresolved = "the host name could not be resolved"
        /// No connection could be made.
        case unreachable = "no connection could be made"
        /// The TLS handshake failed.
        case tls = "the TLS handshake failed"
        /// The other side's certificate is not trusted, or ours cannot be used.
        case certificate = "a certificate was not accepted"
        /// It took too long.
        case timedOut = "the time-out passed"
        /// The connection broke.
        case brokenOff = "the connection broke off"
        /// The body ended before its announced end, or its end cannot be proven.
        case incomplete = "the body is not proven complete"
        /// The answer breaks HTTP or gzip.
        case malformed = "the answer is malformed"
        /// A cap was reached.
        case tooLarge = "the answer is larger than allowed"
        /// The address is not one that the policy permits.
        case forbiddenAddress = "the host resolves to an address that is not permitted"
        /// The request cannot be sent as written.
        case unsendable = "the request cannot be sent as written"
    }

    /// What happened.
    public let reason: Reason
    /// Whether the other side may have received the request; false only when that is impossible.
    public let mayHaveArrived: Bool
    /// Libcurl's code for the failure, if it comes from there.
    public let libraryCode: Int?

    /// Describes a failure.
    public init(_ reason: Reason, mayHaveArrived: Bool, libraryCode: Int? = nil) {
        self.reason = reason
        self.mayHaveArrived = mayHaveArrived
        self.libraryCode = libraryCode
    }
}

extension TransportError: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        libraryCode.map { "\(reason.rawValue) (libcurl \($0))" } ?? reason.rawValue
    }
}
