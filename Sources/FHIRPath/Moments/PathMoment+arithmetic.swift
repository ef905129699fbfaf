extension PathMoment {
    /// What may be added to a moment: a calendar word or the UCUM code of a unit whose length is fixed.
    enum Span: Sendable {
        case months(Int), nanoseconds(Int)

        /// Nanoseconds for a fixed length, months for a variable one; nil for any other unit (FHIRPath 2.0 §6.6.7).
        init?(_ unit: String) {
            switch unit {
            case "year": self = .months(12)
            case "month": self = .months(1)
            case "week", "wk": self = .nanoseconds(7 * Self.day)
            case "day", "d": self = .nanoseconds(Self.day)
            case "hour", "h": self = .nanoseconds(Self.hour)
            case "minute", "min": self = .nanoseconds(Self.hour / 60)
            case "second", "s": self = .nanoseconds(Self.second)
            case "millisecond", "ms": self = .nanoseconds(Self.second / 1_000)
            default: return nil
            }
        }

        static let second = 1_000_000_000
        static let hour = 3_600 * second
        static let day = 24 * hour
    }

    /// The moment later by that amount, as precise as before; nil when the calendar has no such moment.
    func adding(_ amount: PathDecimal, _ span: Span) -> PathMoment? {
        switch span {
        case .months(let unit):
            guard kind != .time, let whole = amount.whole(.towardsZero), whole.magnitude < 200_000 else { return nil }
            return adding(months: whole * unit)
        case .nanoseconds(let unit):
            // For units above seconds a fraction is dropped; a fraction of a second counts.
            guard let counted = unit > Span.second ? amount.rounded(to: 0, .towardsZero) : amount,
                let product = counted.multiplied(by: PathDecimal(unit)), let total = product.whole(.towardsZero)
            else { return nil }
            return kind == .time ? addingAroundTheClock(total) : adding(nanoseconds: total)
        }
    }

    private func adding(months: Int) -> PathMoment? {
        var moved = fields
        // A moment of only a year moves by whole years.
        let total =
            fields[0] * 12 + (fields.count > 1 ? fields[1] - 1 : 0) + (fields.count > 1 ? months : months / 12 * 12)
        guard total >= 12, total < 120_000 else { return nil }
        moved[0] = total / 12
        if fields.count > 1 { moved[1] = total % 12 + 1 }
        if fields.count > 2 { moved[2] = min(fields[2], MomentReader.days(in: moved[1], of: moved[0])) }
        return with(moved)
    }

    private func adding(nanoseconds: Int) -> PathMoment? {
        let day = Span.day
        switch fields.count {
        case 1: return adding(months: nanoseconds / day / 365 * 12)
        case 2: return adding(months: nanoseconds / day / 30)
        case 3:
            return CalendarDays.fields(of: CalendarDays.number(of: fields) + nanoseconds / day).map(with)
        default:
            let (sum, overflow) = clock(fields[3...]).addingReportingOverflow(
                nanoseconds / unit(fields.count - 3) * unit(fields.count - 3))
            guard !overflow else { return nil }
            let rest = (sum % day + day) % day
            let days = sum / day - (sum % day < 0 ? 1 : 0)
            guard let date = CalendarDays.fields(of: CalendarDays.number(of: fields) + days) else { return nil }
            return with(date + hands(rest, fields.count - 3))
        }
    }

    private func addingAroundTheClock(_ nanoseconds: Int) -> PathMoment? {
        let step = nanoseconds / unit(fields.count) * unit(fields.count) % Span.day
        return with(hands((clock(fields[...]) + step + Span.day) % Span.day, fields.count))
    }

    /// The smallest step of a clock with this many hands.
    private func unit(_ hands: Int) -> Int {
        hands == 1 ? Span.hour : (hands == 2 ? Span.hour / 60 : 1)
    }

    private func clock(_ hands: ArraySlice<Int>) -> Int {
        let units = [Span.hour, Span.hour / 60, 1]
        return zip(hands, units).reduce(0) { $0 + $1.0 * $1.1 }
    }

    private func hands(_ nanoseconds: Int, _ count: Int) -> [Int] {
        let minute = Span.hour / 60
        return Array([nanoseconds / Span.hour, nanoseconds % Span.hour / minute, nanoseconds % minute].prefix(count))
    }

    private func with(_ fields: [Int]) -> PathMoment {
        PathMoment(kind, fields: fields, fractionDigits: fractionDigits, offsetMinutes: offsetMinutes)
    }
}
