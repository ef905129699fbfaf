extension PathMoment {
    /// How many digits are written: 4 for a year, 17 for a date and time with milliseconds, 4 for `T10:30`.
    var precision: Int {
        switch kind {
        case .time: [0, 2, 4, 6 + fractionDigits][fields.count]
        case .date, .dateTime: [0, 4, 6, 8, 10, 12, 14 + fractionDigits][fields.count]
        }
    }

    /// The earliest or latest moment that could be meant, with `digits` digits; nil when there is no such precision.
    func boundary(isHigh: Bool, digits: Int?) -> PathMoment? {
        let all = kind == .time ? [2, 4, 6, 9] : [4, 6, 8, 10, 12, 14, 17]
        let wanted = digits ?? [.date: 8, .dateTime: 17, .time: 9][kind] ?? 17
        guard let place = all.firstIndex(of: wanted) else { return nil }
        let hasFraction = wanted == all.last
        let count = hasFraction ? place : place + 1
        if kind == .date, count > 3 { return nil }
        var filled = Array(fields.prefix(count))
        while filled.count < count { filled.append(fill(filled, isHigh)) }
        var fraction = 0
        if hasFraction, count <= fields.count {
            // Written to the second: its fraction may be any.
            fraction = 3
            if isHigh, fractionDigits < 3 { filled[count - 1] += Self.rest(after: fractionDigits) }
        } else if hasFraction {
            fraction = 3
        }
        if !hasFraction, count == (kind == .time ? 3 : 6) { filled[count - 1] -= filled[count - 1] % 1_000_000_000 }
        let zone = count > 3 ? offsetMinutes ?? (isHigh ? -720 : 840) : nil
        let shown: Kind = kind == .dateTime && count <= 3 ? .date : kind
        return PathMoment(shown, fields: filled, fractionDigits: fraction, offsetMinutes: kind == .time ? nil : zone)
    }

    /// The least or greatest value of the next field.
    private func fill(_ filled: [Int], _ isHigh: Bool) -> Int {
        let place = kind == .time ? filled.count + 3 : filled.count
        switch place {
        case 1: return isHigh ? 12 : 1
        case 2: return isHigh ? MomentReader.days(in: filled[1], of: filled[0]) : 1
        case 3: return isHigh ? 23 : 0
        case 4: return isHigh ? 59 : 0
        default: return isHigh ? 59_999_000_000 : 0
        }
    }

    private static func rest(after digits: Int) -> Int {
        999_000_000 - [0, 900_000_000, 990_000_000][digits]
    }
}
