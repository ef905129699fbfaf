public import DeclarativeFiles

/// A list of holidays as text: one date a line, such as `2026-12-25 Christmas Day`. The words after the date, empty
/// lines and lines that begin with `#` are for people.
///
/// It is read strictly: a skipped line would make an answer late.
public enum HolidayList {
    /// The dates in `text`, which comes from the file `path`; all errors are reported with their lines.
    public static func dates(in text: String, path: String, _ report: inout FileReport) -> [String] {
        var lines: [String: Int] = [:]
        var dates: [String] = []
        let before = report.diagnostics.count
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard let first = line.split(whereSeparator: \.isWhitespace).first, !first.hasPrefix("#") else { continue }
            let position = Position(
                line: index + 1, column: line.prefix(while: \.isWhitespace).unicodeScalars.count + 1)
            let date = String(first)
            guard BusinessCalendar.day(date) != nil else {
                report.report("'\(date.prefix(32))' is not a date such as 2026-12-25", path: path, position: position)
                continue
            }
            if let earlier = lines[date] {
                report.report("\(date) stands in line \(earlier) already", path: path, position: position)
                continue
            }
            lines[date] = index + 1
            dates.append(date)
        }
        if lines.isEmpty, report.diagnostics.count == before {
            report.report("there is no date in it", path: path, position: nil)
        }
        return dates
    }
}
