import DeclarativeFiles
import Foundation
import Jobs

extension DeclarativeNode {
    /// `calendar`: a zone, and holidays as a list or a file; by default UTC without holidays.
    func calendar(_ report: inout FileReport) -> BusinessCalendar {
        let fields = fields(["zone", "holidays"], in: "a calendar", &report)
        let zone = fields["zone"]?.timeZone(&report)
        return BusinessCalendar(zone: zone ?? .gmt, holidays: fields["holidays"]?.holidays(&report) ?? [])
    }

    private func holidays(_ report: inout FileReport) -> [String] {
        guard isList else {
            return filePath(&report).map { HolidayFile(path: $0).dates(&report) } ?? []
        }
        let holidays = strings(&report) ?? []
        if let odd = holidays.first(where: { BusinessCalendar.day($0) == nil }) {
            report.report("'\(odd.prefix(32))' is not a date such as 2026-12-25", at: self)
        }
        return holidays
    }

    /// `quiet-hours`: times of day in a zone, every day unless days are named.
    func quietHours(_ report: inout FileReport) -> QuietHours? {
        let required = ["from", "to", "zone"]
        let fields = fields(required + ["days"], required: required, in: "quiet hours", &report)
        guard let from = fields["from"]?.string(&report), let to = fields["to"]?.string(&report),
            let zone = fields["zone"]?.timeZone(&report)
        else { return nil }
        let words = fields["days"]?.strings(&report)
        let days = words?.compactMap(QuietHours.Day.init(rawValue:)) ?? QuietHours.Day.allCases
        if let words, let node = fields["days"], days.count < max(words.count, 1) {
            let known = QuietHours.Day.allCases.map(\.rawValue).joined(separator: ", ")
            report.report("'days' are some of \(known)", at: node)
            return nil
        }
        let hours = QuietHours(from: from, to: to, zone: zone, days: days)
        if hours == nil {
            report.report("'from' and 'to' must be two times of day such as \"07:00\", in quotes", at: self)
        }
        return hours
    }
}
