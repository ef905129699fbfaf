import DeclarativeFiles
import Foundation
import Jobs

extension DeclarativeNode {
    /// `calendar`: a zone and holidays; UTC without holidays unless it says otherwise.
    func calendar(_ report: inout FileReport) -> BusinessCalendar {
        let fields = fields(["zone", "holidays"], in: "a calendar", &report)
        let zone = fields["zone"]?.timeZone(&report)
        let holidays = fields["holidays"]?.strings(&report) ?? []
        if let node = fields["holidays"], let odd = holidays.first(where: { BusinessCalendar.day($0) == nil }) {
            report.report("'\(odd.prefix(32))' is not a date such as 2026-12-25", at: node)
        }
        return BusinessCalendar(zone: zone ?? .gmt, holidays: holidays)
    }
}
