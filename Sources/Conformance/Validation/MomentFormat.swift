/// Dates and times as R4 writes them, checked in bytes: the date must exist, and a date with a time must have a zone.
struct MomentFormat {
    private let bytes: [UInt8]

    init(_ text: some Collection<UInt8>) {
        bytes = [UInt8](text.prefix(64))
    }

    /// `2026`, `2026-11`, `2026-11-25`
    var isDate: Bool { dateEnd.map { $0 == bytes.count } ?? false }

    /// A date, or a date with a time and a zone.
    var isDateTime: Bool { isDate || isMoment }

    /// A whole date with a time to the second and a zone.
    var isInstant: Bool { isMoment }

    /// `17:45:00`, with or without a fraction.
    var isTime: Bool { timeEnd(0).map { $0 == bytes.count } ?? false }

    private var isMoment: Bool {
        guard dateEnd == 10, bytes.count > 10, bytes[10] == UInt8(ascii: "T"), let end = timeEnd(11) else {
            return false
        }
        return isZone(end)
    }

    private var dateEnd: Int? {
        guard let year = number(0, 4), year > 0 else { return nil }
        guard bytes.count > 4, bytes[4] == UInt8(ascii: "-") else { return 4 }
        guard let month = number(5, 2), (1...12).contains(month) else { return nil }
        guard bytes.count > 7, bytes[7] == UInt8(ascii: "-") else { return 7 }
        guard let day = number(8, 2), day >= 1, day <= Self.days(month, year) else { return nil }
        return 10
    }

    private func timeEnd(_ start: Int) -> Int? {
        guard let hour = number(start, 2), hour < 24, has(start + 2, ":"), let minute = number(start + 3, 2),
            minute < 60,
            has(start + 5, ":"), let second = number(start + 6, 2), second <= 60
        else { return nil }
        guard has(start + 8, ".") else { return start + 8 }
        var end = start + 9
        while end < bytes.count, bytes[end] &- 0x30 < 10 { end += 1 }
        return end > start + 9 ? end : nil
    }

    private func isZone(_ start: Int) -> Bool {
        if has(start, "Z") { return start + 1 == bytes.count }
        guard has(start, "+") || has(start, "-"), let hour = number(start + 1, 2), has(start + 3, ":"),
            let minute = number(start + 4, 2), start + 6 == bytes.count
        else { return false }
        return hour < 14 && minute < 60 || hour == 14 && minute == 0
    }

    private func has(_ place: Int, _ character: Unicode.Scalar) -> Bool {
        place < bytes.count && bytes[place] == UInt8(ascii: character)
    }

    private func number(_ start: Int, _ count: Int) -> Int? {
        guard start + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[start..<(start + count)] {
            guard byte &- 0x30 < 10 else { return nil }
            value = value * 10 + Int(byte &- 0x30)
        }
        return value
    }

    private static func days(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
