public import FHIR

/// The calendar days on which care was given, as the clinic wrote them in its own zone.
///
/// Coverage begins and ends on calendar days without a zone; comparing days as both sides wrote them
/// neither adds nor loses one at midnight.
public struct ServiceDates: Sendable, Hashable {
    /// The first day or instant as written; nil when there is none.
    public let first: String?
    /// The last.
    public let last: String?

    /// Reads the clinically relevant date: a period or a single date, of whatever name the type gives it.
    public init(_ resource: Resource) {
        for name in ["period", "effectivePeriod", "performedPeriod", "onsetPeriod", "servicedPeriod"] {
            guard let period = resource[name] else { continue }
            let start = period["start"]?.string
            let end = period["end"]?.string
            guard start != nil || end != nil else { continue }
            first = start ?? end
            last = end ?? start
            return
        }
        let names = [
            "effectiveDateTime", "effectiveInstant", "performedDateTime", "occurrenceDateTime", "onsetDateTime",
            "authoredOn", "recordedDate", "date", "issued",
        ]
        first = names.lazy.compactMap { resource[$0]?.string }.first
        last = first
    }

    /// Days given directly.
    public init(first: String?, last: String?) {
        self.first = first
        self.last = last
    }

    /// Whether there is no date at all.
    public var isEmpty: Bool { first == nil && last == nil }

    /// Whether some of the days lie in a period; dates of less precision count as wide as they are.
    public func overlap(_ period: Period) -> Bool {
        if let begins = period.start?.text, let last, Self.isBefore(last, begins) { return false }
        if let ends = period.end?.text, let first, Self.isBefore(ends, first) { return false }
        return true
    }

    /// Whether the day `left` ends before the day `right` begins, compared to the coarser precision of the two.
    private static func isBefore(_ left: String, _ right: String) -> Bool {
        for (one, other) in zip(left.utf8.prefix(10), right.utf8) where one != other { return one < other }
        return false
    }
}
