import FHIR

/// A `date` search value: a prefix and a date or an instant.
struct SearchMoment: Sendable, Hashable {
    enum Comparison: String, Sendable { case eq, ge, gt, le, lt }

    private let comparison: Comparison
    private let earliest: Instant
    private let latest: Instant

    /// Reads `ge2026-01-10T00:00:00Z`; nil for other prefixes and for an invalid date.
    init?(_ text: String) {
        let prefix = Comparison(rawValue: String(text.prefix(2)))
        guard let date = FHIRDate(prefix == nil ? text : String(text.dropFirst(2))) else { return nil }
        comparison = prefix ?? .eq
        // A day without a zone is a day of this server, which runs on UTC; FHIRDate spans every zone's.
        let isZoned = date.precision >= .second
        earliest = date.earliest.adding(milliseconds: isZoned ? 0 : 14 * 3_600_000)
        latest = date.latest.adding(milliseconds: isZoned ? 0 : -12 * 3_600_000)
    }

    /// Whether something that lasted from `start` to `end` satisfies it (R4 search, date).
    func matches(from start: Instant, to end: Instant) -> Bool {
        switch comparison {
        case .eq: start >= earliest && end <= latest
        case .ge: end >= earliest
        case .gt: end > latest
        case .le: start <= latest
        case .lt: start < earliest
        }
    }
}
