public import FHIR

/// What either side of an exchange can be asked: capability, search, read.
///
/// Implementations authenticate, retry a refused token once, and refuse links that leave the
/// server's origin; every method throws ``Fault``.
public protocol FHIRReader: Sendable {
    /// The FHIR base URL, without a trailing slash.
    var base: String { get }
    /// How many pages one search may have before it counts as endless.
    var mostPages: Int { get }
    /// Reads `/metadata` (RD-01); kept for a day.
    func capability() async throws -> ServerCapability
    /// The first page of a search.
    func search(_ query: SearchQuery) async throws -> SearchPage
    /// The page behind an opaque `next` link, followed exactly as given (RD-02).
    func page(_ link: String) async throws -> SearchPage
    /// One resource as the server wrote it, or nil for 404 and 410.
    func read(type: String, id: String) async throws -> [UInt8]?
}

extension FHIRReader {
    /// A million pages by default; a search that repeats itself is noticed long before.
    public var mostPages: Int { 1_000_000 }
}

/// A search on one resource type; parameters are kept in order and percent-encoded by the client.
public struct SearchQuery: Sendable, Hashable {
    /// One `name=value` pair, not yet encoded.
    public struct Parameter: Sendable, Hashable {
        /// The search parameter with its modifier, such as `patient` or `_revinclude`.
        public let name: String
        /// The value as FHIR writes it, such as `ge2026-01-10T00:00:00Z`.
        public let value: String

        /// Pairs a name with a value.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The resource type searched, or a path such as `Patient/1/$everything`.
    public let path: String
    /// The parameters, in order.
    public let parameters: [Parameter]

    /// Describes a search.
    public init(_ path: String, _ parameters: [Parameter] = []) {
        self.path = path
        self.parameters = parameters
    }
}

/// One page of a searchset.
public struct SearchPage: Sendable {
    /// One entry: the resource's bytes and why it is on the page.
    public struct Entry: Sendable {
        /// `Bundle.entry.search.mode` (RD-05).
        public enum Mode: String, Sendable { case match, include, outcome }
        /// The resource exactly as the server wrote it.
        public let bytes: [UInt8]
        /// Match, include or outcome; a missing mode counts as a match.
        public let mode: Mode

        /// Pairs bytes with a mode.
        public init(bytes: [UInt8], mode: Mode) {
            self.bytes = bytes
            self.mode = mode
        }
    }

    /// The entries in the server's order.
    public let entries: [Entry]
    /// The opaque link to the next page; nil ends the search (RD-04).
    public let next: String?
    /// `Bundle.total` when given: matches, not includes.
    public let total: Int?
    /// The server's clock, from the HTTP `Date` header (RD-13).
    public let serverTime: Instant?
    /// The size of the body in bytes.
    public let byteCount: Int

    /// Assembles a page.
    public init(entries: [Entry], next: String?, total: Int?, serverTime: Instant?, byteCount: Int) {
        self.entries = entries
        self.next = next
        self.total = total
        self.serverTime = serverTime
        self.byteCount = byteCount
    }
}
