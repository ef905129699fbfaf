/// A point in time, to the nanosecond, between the first moment of the year 1 and the last of 9999 in UTC.
///
/// Anything beyond becomes the nearer of those two, so that every instant can be written and nothing overflows. Leap
/// seconds are not counted, as in POSIX.
public struct Instant: Sendable, Hashable {
    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    public let seconds: Int64

    /// The nanoseconds to add to the seconds, 0 to 999,999,999.
    public let nanoseconds: Int32

    /// The first moment that can be expressed: 0001-01-01T00:00:00Z.
    public static let earliest = Instant(seconds: firstSecond)

    /// The last moment that can be expressed: 9999-12-31T23:59:59.999999999Z.
    public static let latest = Instant(seconds: lastSecond, nanoseconds: 999_999_999)

    private static let firstSecond: Int64 = -62_135_596_800
    private static let lastSecond: Int64 = 253_402_300_799

    /// Seconds since 1970 in UTC, and nanoseconds to add, which may be negative or more than a second.
    public init(seconds: Int64, nanoseconds: Int32 = 0) {
        let carry: Int64 =
            nanoseconds >= 0 ? Int64(nanoseconds) / Self.billion : (Int64(nanoseconds) + 1) / Self.billion - 1
        let (sum, overflow) = seconds.addingReportingOverflow(carry)
        let whole = overflow ? seconds : sum
        self.seconds = min(max(whole, Self.firstSecond), Self.lastSecond)
        self.nanoseconds =
            switch whole {
            case ..<Self.firstSecond: 0
            case (Self.lastSecond + 1)...: 999_999_999
            default: Int32(Int64(nanoseconds) - carry * Self.billion)
            }
    }

    /// Milliseconds since 1970 in UTC, negative before.
    public init(milliseconds: Int64) {
        let remainder = (milliseconds % 1_000 + 1_000) % 1_000
        let seconds = milliseconds / 1_000 - (milliseconds % 1_000 < 0 ? 1 : 0)
        self.init(seconds: seconds, nanoseconds: Int32(remainder * 1_000_000))
    }

    /// Milliseconds since 1970 in UTC, rounded down.
    public var milliseconds: Int64 {
        seconds * 1_000 + Int64(nanoseconds / 1_000_000)
    }

    /// The instant this many milliseconds later, or earlier when negative.
    public func adding(milliseconds: Int64) -> Instant {
        Instant(
            seconds: seconds + milliseconds / 1_000,
            nanoseconds: nanoseconds + Int32(milliseconds % 1_000) * 1_000_000)
    }

    /// How long after `right` the instant `left` is.
    public static func - (left: Instant, right: Instant) -> Duration {
        .seconds(left.seconds - right.seconds) + .nanoseconds(Int64(left.nanoseconds) - Int64(right.nanoseconds))
    }

    private static let billion: Int64 = 1_000_000_000
}

extension Instant: Comparable {
    /// Whether `left` is the earlier.
    public static func < (left: Instant, right: Instant) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
