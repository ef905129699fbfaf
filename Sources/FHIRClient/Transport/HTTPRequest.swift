/// One request to a URL that an ``OutboundPolicy`` let through.
public struct HTTPRequest: Sendable {
    /// What to do at the URL.
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// How long to wait; the time a slow reader holds a streamed body back does not count.
    public struct Timeouts: Sendable, Hashable {
        /// For the connection to stand, TLS included, in seconds.
        public var connect: Double
        /// Without a byte of the body moving in either direction, in seconds; header lines do not count.
        public var idle: Double
        /// From start to end, in seconds; nil for no limit.
        public var total: Double?
        /// With a body slower than ``slowest``, in seconds: a byte a second would never be idle.
        public var pace = 60.0
        /// The fewest bytes of a body per second.
        public var slowest = 100.0

        /// For downloads: ten seconds to connect, a minute without a byte or with less than 10 KiB per second, twelve
        /// hours in all.
        public static var download: Timeouts {
            var timeouts = Timeouts(total: 12 * 3600)
            timeouts.slowest = 10_240
            return timeouts
        }

        /// By default ten seconds to connect, a minute without a byte, before the header is whole, or with hardly any
        /// of the body, and five minutes in all.
        public init(connect: Double = 10, idle: Double = 60, total: Double? = 300) {
            self.connect = connect
            self.idle = idle
            self.total = total
        }
    }

    /// What to do.
    public var method: Method
    /// The URL; vetted.
    public var url: OutboundURL
    /// The fields to send in addition to those of the transport itself (Host, Accept-Encoding, Content-Length).
    public var headers: HTTPHeaders
    /// The bytes to send; nil for none.
    public var body: [UInt8]?
    /// How long to wait.
    public var timeouts = Timeouts()
    /// The most bytes a body may have, before and after decoding.
    public var maxBodyBytes = 64 << 20
    /// Whether to offer gzip; no other coding is ever accepted.
    public var acceptsGzip = true
    /// Whether to stay with HTTP/1.1, which moves large files with less work than HTTP/2.
    public var isDownload = false

    /// Describes a request.
    public init(_ method: Method, _ url: OutboundURL, headers: HTTPHeaders = [:], body: [UInt8]? = nil) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

extension HTTPRequest: CustomStringConvertible {
    /// Method and origin: the path may name a patient and the fields hold a token.
    public var description: String { "\(method.rawValue) \(url.origin)" }
}
