/// A FHIR `date` or `dateTime`, as precise as it was written: `2015`, `2015-02`, `2015-02-07`,
/// `2015-02-07T13:28:17+02:00`.
///
/// It stands for all moments that it could mean. A date has no zone, so it reaches from its start in UTC+14 to its end
/// in UTC-12.
public struct FHIRDate: Sendable, Hashable {
    /// The last field that was written.
    public enum Precision: Int, Sendable, Comparable {
        /// `2015`
        case year
        /// `2015-02`
        case month
        /// `2015-02-07`
        case day
        /// `2015-02-07T13:28:17Z`
        case second
        /// `2015-02-07T13:28:17.2Z`, any number of digits.
        case fraction

        /// Whether `left` is coarser.
        public static func < (left: Precision, right: Precision) -> Bool { left.rawValue < right.rawValue }
    }

    /// The date as it was written.
    public let text: String

    /// How precise it is.
    public let precision: Precision

    /// The first moment it could mean.
    public let earliest: Instant

    /// The last moment it could mean.
    public let latest: Instant

    /// Reads a date; nil when it is not one, has a time without a zone, or names a day that no calendar has.
    public init?(_ text: String) {
        var copy = text
        guard let reading = copy.withUTF8({ TimeReading(UnsafeRawBufferPointer($0)) }) else { return nil }
        self.text = text
        precision = reading.precision
        earliest = reading.earliest
        latest = reading.latest
    }

    /// Its last moment where it ends first: a date has no zone, and 26 hours lie between the first and the last place
    /// in which its last day ends.
    public var firstEnd: Instant {
        precision < .second ? latest.adding(milliseconds: -26 * 3_600_000) : latest
    }

    /// Whether there is a moment that both could mean.
    public func overlaps(_ other: FHIRDate) -> Bool {
        earliest <= other.latest && other.earliest <= latest
    }
}
