public import FHIR

/// The calendar days on which care was given, as the clinic wrote them in its own zone.
///
/// Coverage begins and ends on calendar days without a zone; comparing days as both sides wrote them
/// neither adds nor loses one at midnight.
public struct ServiceDates: Sendable, Hashable {
    /// The first day or instant as written; nil when there is none.
    public let first: String?
    /// The last; nil when it goes on.
    public let last: String?

    /// Days given directly.
    public init(first: String?, last: String?) {
        self.first = first
        self.last = last
    }

    /// Whether there is no date at all.
    public var isEmpty: Bool { first == nil && last == nil }

    /// The same, but ending `today` when it is open-ended.
    public func reaching(_ today: String) -> ServiceDates {
        guard let first, last == nil else { return self }
        return ServiceDates(first: first, last: Self.isBefore(today, first) ? first : today)
    }

    /// Whether any of the days lies in a period; an incomplete date stands for all of its days.
    public func overlap(_ period: Period) -> Bool {
        if let begins = period.start?.text, let last, Self.isBefore(last, begins) { return false }
        if let ends = period.end?.text, let first, Self.isBefore(ends, first) { return false }
        return true
    }

    /// The same where it is certain: "2024" may be any day of that year, so all of its days must lie in the period,
    /// whose own incomplete bounds stand for all of their days.
    public func certainlyOverlap(_ period: Period) -> Bool {
        ServiceDates(first: first.map(Self.lastDay), last: last.map(Self.firstDay)).overlap(period)
    }

    /// The first day of a year or a month; any other text as it is.
    private static func firstDay(of text: String) -> String {
        switch text.utf8.count {
        case 4: text + "-01-01"
        case 7: text + "-01"
        default: text
        }
    }

    /// The last day of a year or a month; any other text as it is.
    private static func lastDay(of text: String) -> String {
        switch text.utf8.count {
        case 4: return text + "-12-31"
        case 7:
            let isLeap = Int(text.prefix(4)).map { $0 % 4 == 0 && ($0 % 100 != 0 || $0 % 400 == 0) } ?? true
            switch text.suffix(2) {
            case "02": return text + (isLeap ? "-29" : "-28")
            case "04", "06", "09", "11": return text + "-30"
            default: return text + "-31"
            }
        default: return text
        }
    }

    /// Whether the day `left` ends before the day `right` begins, compared to the coarser precision of the two.
    private static func isBefore(_ left: String, _ right: String) -> Bool {
        for (one, other) in zip(left.utf8.prefix(10), right.utf8) where one != other { return one < other }
        return false
    }
}
