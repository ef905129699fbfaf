/// A time from a start to an end, both included to their precision; a bound that is not given is open.
public struct Period: Sendable, Hashable {
    /// Where it starts; nil when it has no start.
    public var start: FHIRDate?
    /// Where it ends; nil when it goes on.
    public var end: FHIRDate?

    /// A period between two dates, either of which may be open.
    public init(start: FHIRDate? = nil, end: FHIRDate? = nil) {
        self.start = start
        self.end = end
    }

    /// Reads a `Period`.
    ///
    /// Nil when it is not an object, when a date in it cannot be read (which must not become an open end),
    /// or when it ends before it starts (FHIR R4 per-1).
    public init?(_ json: JSONValue) {
        guard case .object(let object) = json else { return nil }
        start = object["start"]?.string.flatMap { FHIRDate($0) }
        end = object["end"]?.string.flatMap { FHIRDate($0) }
        guard (start == nil) == (object["start"] == nil), (end == nil) == (object["end"] == nil), !isEmpty else {
            return nil
        }
    }

    /// Whether the instant could lie in the period.
    public func contains(_ instant: Instant) -> Bool {
        earliest <= instant && instant <= latest
    }

    /// Whether the instant could lie in the period and the period is not yet over anywhere: a last day without a zone
    /// is over where it ends first.
    public func isInForce(at instant: Instant) -> Bool {
        earliest <= instant && instant <= (end?.firstEnd ?? .latest)
    }

    /// Whether there is a moment that could lie in both.
    public func overlaps(_ other: Period) -> Bool {
        !isEmpty && !other.isEmpty && earliest <= other.latest && other.earliest <= latest
    }

    private var earliest: Instant { start?.earliest ?? .earliest }
    private var latest: Instant { end?.latest ?? .latest }
    private var isEmpty: Bool { earliest > latest }
}
