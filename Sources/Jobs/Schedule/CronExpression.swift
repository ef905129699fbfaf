/// A recurring time as crontab(5) writes it: minute, hour, day of month, month, day of week.
///
/// Each field is `*`, a number, a range `1-5`, a step `*/15` or `9-17/2`, or a list of these; months and days of the
/// week also have names (`JAN`, `MON`), and 0 and 7 both mean Sunday. As in Vixie cron, a day counts when day of month
/// **or** day of week fits, if neither field starts with `*`; otherwise both must fit. `@yearly`, `@annually`,
/// `@monthly`, `@weekly`, `@daily`, `@midnight` and `@hourly` are abbreviations.
public struct CronExpression: Sendable, Hashable, CustomStringConvertible {
    /// The expression as written.
    public let text: String

    let minutes: UInt64
    let hours: UInt64
    private let daysOfMonth: UInt64
    private let months: UInt64
    private let daysOfWeek: UInt64
    private let eitherDayFits: Bool

    /// Reads an expression; one that can never be due, such as 30 February, is an error too.
    public init(_ text: String) throws(CronError) {
        let words = try Self.words(of: text)
        var bits: [UInt64] = []
        for (field, word) in zip(CronField.allCases, words) {
            bits.append(try field.bits(of: word.text, column: word.column))
        }
        self.text = text
        minutes = bits[0]
        hours = bits[1]
        daysOfMonth = bits[2]
        months = bits[3]
        daysOfWeek = bits[4]
        eitherDayFits = !words[2].text.hasPrefix("*") && !words[4].text.hasPrefix("*")

        if !eitherDayFits, !Self.meet(daysOfMonth: daysOfMonth, months: months) {
            throw CronError(
                message: "never due: month \(words[3].text.prefix(20)) has no day \(words[2].text.prefix(20))",
                column: words[2].column)
        }
    }

    /// The expression as written.
    public var description: String { text }

    /// Whether it can be due on a day.
    func includes(_ day: CivilDate) -> Bool {
        guard months >> UInt64(day.month) & 1 == 1 else { return false }
        let monthDayFits = daysOfMonth >> UInt64(day.day) & 1 == 1
        let weekDayFits = daysOfWeek >> UInt64(day.weekday) & 1 == 1
        return eitherDayFits ? monthDayFits || weekDayFits : monthDayFits && weekDayFits
    }

    /// Whether any of `months` ever has any of `daysOfMonth`.
    private static func meet(daysOfMonth: UInt64, months: UInt64) -> Bool {
        let lengths: [UInt64] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return lengths.enumerated().contains { month, length in
            months >> UInt64(month + 1) & 1 == 1 && daysOfMonth & ((1 << (length + 1)) - 1) != 0
        }
    }

    /// The five fields with the columns where they start.
    private static func words(of text: String) throws(CronError) -> [(text: Substring, column: Int)] {
        let words = text.split { $0 == " " || $0 == "\t" }
        let columns = words.map { text.distance(from: text.startIndex, to: $0.startIndex) + 1 }
        if let nickname = words.first, nickname.hasPrefix("@"), words.count == 1 {
            guard let fields = nicknames.first(where: { $0.name == nickname })?.fields else {
                let known = nicknames.map(\.name).joined(separator: ", ")
                throw CronError(
                    message: "'\(nickname.prefix(20))' is unknown; there are \(known)", column: columns[0])
            }
            return fields.split(separator: " ").map { ($0, columns[0]) }
        }
        guard words.count == 5 else {
            throw CronError(
                message: "a cron expression has five fields (minute, hour, day of month, month, day of week), "
                    + "found \(words.count)",
                column: words.count > 5 ? columns[5] : 1)
        }
        return Array(zip(words, columns))
    }

    private static let nicknames: [(name: String, fields: String)] = [
        ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"), ("@monthly", "0 0 1 * *"), ("@weekly", "0 0 * * 0"),
        ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@hourly", "0 * * * *"),
    ]
}
