/// Reads the parts of a date or time from left to right.
struct MomentReader {
    typealias Parts = (kind: PathMoment.Kind, fields: [Int], offsetMinutes: Int?)

    private let bytes: [UInt8]
    private var position = 0
    /// How many digits of a fraction of a second were read.
    private(set) var fractionDigits = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// All the parts, or nil when anything is out of range or left over.
    mutating func read() -> Parts? {
        var parts: Parts
        if bytes.first == UInt8(ascii: "T") || (bytes.count > 2 && bytes[2] == UInt8(ascii: ":")) {
            if bytes[0] == UInt8(ascii: "T") { position = 1 }
            parts = (.time, [], nil)
            guard readTime(into: &parts.fields), !parts.fields.isEmpty else { return nil }
        } else {
            parts = (.date, [], nil)
            guard readDate(into: &parts.fields) else { return nil }
            if skip("T") {
                parts.kind = .dateTime
                if position < bytes.count {
                    guard parts.fields.count == 3, readTime(into: &parts.fields), readOffset(into: &parts.offsetMinutes)
                    else { return nil }
                }
            }
        }
        return position == bytes.count ? parts : nil
    }

    private mutating func readDate(into fields: inout [Int]) -> Bool {
        guard let year = digits(4), year > 0 else { return false }
        fields.append(year)
        guard skip("-") else { return true }
        guard let month = digits(2), 1...12 ~= month else { return false }
        fields.append(month)
        guard skip("-") else { return true }
        guard let day = digits(2), day >= 1, day <= Self.days(in: month, of: year) else { return false }
        fields.append(day)
        return true
    }

    private mutating func readTime(into fields: inout [Int]) -> Bool {
        guard let hour = digits(2), hour < 24 else { return false }
        fields.append(hour)
        guard skip(":") else { return true }
        guard let minute = digits(2), minute < 60 else { return false }
        fields.append(minute)
        guard skip(":") else { return true }
        guard let second = digits(2), second <= 60 else { return false }
        var nanoseconds = second * 1_000_000_000
        if skip(".") {
            guard let fraction = readFraction() else { return false }
            nanoseconds += fraction
        }
        fields.append(nanoseconds)
        return true
    }

    private mutating func readFraction() -> Int? {
        var value = 0
        var unit = 100_000_000
        let start = position
        while let digit = digits(1) {
            value += digit * unit
            unit /= 10
        }
        fractionDigits = position - start
        return position > start ? value : nil
    }

    private mutating func readOffset(into offset: inout Int?) -> Bool {
        if skip("Z") {
            offset = 0
            return true
        }
        guard position < bytes.count else { return true }
        let sign = bytes[position] == UInt8(ascii: "-") ? -1 : 1
        guard skip("+") || skip("-") else { return false }
        guard let hours = digits(2), skip(":"), let minutes = digits(2), minutes < 60, hours * 60 + minutes <= 840
        else { return false }
        offset = sign * (hours * 60 + minutes)
        return true
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func digits(_ count: Int) -> Int? {
        guard position + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[position..<position + count] {
            guard 48...57 ~= byte else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        position += count
        return value
    }

    static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
