/// One of the five fields of a cron expression.
enum CronField: Int, CaseIterable {
    case minute, hour, dayOfMonth, month, dayOfWeek

    /// Its name in messages.
    var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day-of-month"
        case .month: "month"
        case .dayOfWeek: "day-of-week"
        }
    }

    /// The numbers that may be written; 7 is Sunday too.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// The names that may be written instead, starting with the name of the first number.
    private var names: [String] {
        switch self {
        case .minute, .hour, .dayOfMonth: []
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        }
    }

    /// The numbers that `text` stands for, as bits; `column` is where it starts in the expression.
    func bits(of text: Substring, column: Int) throws(CronError) -> UInt64 {
        var bits: UInt64 = 0
        var start = column
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            bits |= try self.bits(ofItem: item, column: start)
            start += item.count + 1
        }
        guard self == .dayOfWeek else { return bits }
        return (bits | bits >> 7 & 1) & 0x7F
    }

    /// `*`, `5`, `1-5`, `*/10` or `9-17/2`.
    private func bits(ofItem item: Substring, column: Int) throws(CronError) -> UInt64 {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let base = parts.first, !base.isEmpty else {
            throw CronError(message: "\(name) is missing a value here", column: column)
        }
        let values = try range(of: base, column: column)
        guard parts.count == 2 else { return Self.bits(values, step: 1) }
        guard base == "*" || base.contains("-") else {
            let meant = "\(base)-\(range.upperBound)/\(parts[1])"
            throw CronError(message: "a step needs * or a range; write \(meant)", column: column)
        }
        let stepColumn = column + base.count + 1
        guard let step = Self.number(parts[1]), step > 0 else {
            throw CronError(message: "step '\(parts[1].prefix(20))' is not a number from 1 on", column: stepColumn)
        }
        guard step <= range.upperBound else {
            throw CronError(message: "step \(step) is larger than any \(name)", column: stepColumn)
        }
        return Self.bits(values, step: step)
    }

    private func range(of base: Substring, column: Int) throws(CronError) -> ClosedRange<Int> {
        if base == "*" { return range }
        let ends = base.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try value(ends[0], column: column)
        guard ends.count == 2 else { return first...first }
        var last = try value(ends[1], column: column + ends[0].count + 1)
        // A week may end with Sunday by name: FRI-SUN.
        if self == .dayOfWeek, last == 0, first > 0 { last = 7 }
        guard first <= last else {
            throw CronError(message: "range \(base) runs backwards; write two, joined by a comma", column: column)
        }
        return first...last
    }

    private func value(_ text: Substring, column: Int) throws(CronError) -> Int {
        if let index = names.firstIndex(of: text.uppercased()) { return range.lowerBound + index }
        if let number = Self.number(text), range.contains(number) { return number }
        let orName = names.first.map { " or a name such as \($0)" } ?? ""
        let range = "from \(range.lowerBound) to \(range.upperBound)"
        throw CronError(
            message: "\(name) '\(text.prefix(20))' is not a number \(range)\(orName)", column: column)
    }

    /// A number of one to four digits and nothing else.
    private static func number(_ text: Substring) -> Int? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }

    private static func bits(_ values: ClosedRange<Int>, step: Int) -> UInt64 {
        stride(from: values.lowerBound, through: values.upperBound, by: step).reduce(0) { $0 | 1 << UInt64($1) }
    }
}
