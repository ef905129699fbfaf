import DeclarativeFiles
import Jobs

extension FuzzTarget {
    /// Every line of a list of holidays is a date, ignored, or reported with its place; the dates survive being written
    /// and read again.
    static let holidays = FuzzTarget(
        name: "holidays",
        seeds: [
            "# 2026\n\n2026-12-25 Christmas Day\n  2027-01-01\tNew Year\n", "2026-12-25\r\n2026-12-25 again\r\n",
            "2026-02-30\n25.12.2026", "\u{FEFF}2026-07-03\u{2028}2026-07-04\u{85}#", "2026-12-25,2027-01-01", "",
        ]
    ) { input in
        let text = String(decoding: input, as: UTF8.self)
        var report = FileReport()
        let dates = HolidayList.dates(in: text, path: "f", &report)
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let words = lines.compactMap { $0.split(whereSeparator: \.isWhitespace).first }.filter { !$0.hasPrefix("#") }
        promise(Set(dates).count == dates.count, "a day is there twice")
        promise(dates.allSatisfy { BusinessCalendar.day($0) != nil }, "a day is none")
        let placed = report.diagnostics.compactMap(\.position)
        promise(dates.count + placed.count == words.count, "a line is passed over")
        promise(placed.count == report.diagnostics.count || words.isEmpty, "a flaw has no place")
        promise(report.isEmpty == (!dates.isEmpty && dates.count == words.count), "a list without days passes")
        promise(zip(placed, placed.dropFirst()).allSatisfy { $0.line < $1.line }, "a line is counted wrongly")
        promise(placed.allSatisfy { $0.line <= lines.count && $0.column >= 1 }, "a place is outside of the list")
        guard !dates.isEmpty else { return }
        var none = FileReport()
        let again = HolidayList.dates(in: "#\n" + dates.joined(separator: "\n"), path: "f", &none)
        promise(again == dates && none.isEmpty, "what is read is not what is written")
    }
}
