/// A date, a date and time, or a time of day, as precise as it was written.
public struct PathMoment: Sendable, Hashable {
    /// What kind of moment was written.
    public enum Kind: Sendable, Hashable {
        /// `2015-02`
        case date
        /// `2015-02-07T13:28`
        case dateTime
        /// `13:28`
        case time
    }

    /// The moment as FHIR writes it, without `@`.
    public let text: String
    /// Date, date and time, or time of day.
    public let kind: Kind

    /// Year, month, day, hour, minute, nanoseconds of the minute; a time of day has only the last three.
    let fields: [Int]
    /// How many digits of a fraction of a second were written.
    let fractionDigits: Int
    /// Minutes east of Greenwich; nil when no zone was written.
    let offsetMinutes: Int?

    /// Reads a moment; nil when a part is out of range or out of place.
    init?(_ text: String) {
        var reader = MomentReader(text)
        guard let parts = reader.read() else { return nil }
        self.text = text
        kind = parts.kind
        fields = parts.fields
        fractionDigits = reader.fractionDigits
        offsetMinutes = parts.offsetMinutes
    }

    /// A moment from parts that are in range.
    init(_ kind: Kind, fields: [Int], fractionDigits: Int = 0, offsetMinutes: Int? = nil) {
        self.kind = kind
        self.fields = fields
        self.fractionDigits = fractionDigits
        self.offsetMinutes = offsetMinutes
        text = MomentWriter.text(kind, fields, fractionDigits, offsetMinutes)
    }

    /// Which of the two comes first; nil when the less precise one leaves that open.
    func compare(_ other: PathMoment) -> Ordering? {
        guard (kind == .time) == (other.kind == .time) else { return nil }
        var left = fields
        var right = other.fields
        if kind != .time, left.count > 3, right.count > 3 {
            guard (offsetMinutes == nil) == (other.offsetMinutes == nil) else { return nil }
            if let mine = offsetMinutes, let theirs = other.offsetMinutes, mine != theirs {
                left = Self.universal(left, mine)
                right = Self.universal(right, theirs)
            }
        }
        for (one, two) in zip(left, right) where one != two {
            return one < two ? .less : .greater
        }
        return left.count == right.count ? .equal : nil
    }

    /// Moves the local fields to UTC.
    private static func universal(_ fields: [Int], _ offset: Int) -> [Int] {
        let minute = fields.count > 4 ? fields[4] : 0
        let total = fields[3] * 60 + minute - offset
        let dayShift = total < 0 ? -1 : (total >= 1440 ? 1 : 0)
        var moved = shift(fields, days: dayShift)
        let rest = total - dayShift * 1440
        moved.append(rest / 60)
        if fields.count > 4 { moved.append(rest % 60) }
        if fields.count > 5 { moved.append(fields[5]) }
        return moved
    }

    private static func shift(_ fields: [Int], days: Int) -> [Int] {
        var (year, month, day) = (fields[0], fields[1], fields[2] + days)
        if day < 1 {
            month -= 1
            if month < 1 { (year, month) = (year - 1, 12) }
            day = MomentReader.days(in: month, of: year)
        } else if day > MomentReader.days(in: month, of: year) {
            (month, day) = (month + 1, 1)
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        return [year, month, day]
    }
}

/// The outcome of a comparison that could be made.
enum Ordering: Sendable {
    case less, equal, greater
}
