import DeclarativeFiles
import Foundation

extension DeclarativeNode {
    /// `on`: when a job starts by itself, and whether it may be asked for.
    func start(_ report: inout FileReport) -> (schedule: Schedule?, allowsRequests: Bool) {
        let fields = fields(["schedule", "request"], in: "'on'", &report)
        let schedule = fields["schedule"]?.schedule(&report)
        let allowsRequests = fields["request"]?.bool(&report) ?? false
        if isMapping, fields["schedule"] == nil, !allowsRequests {
            report.report("the job never starts: give it a schedule, or request: true", at: self)
        }
        return (schedule, allowsRequests)
    }

    /// `schedule`: UTC, caught up with for a day, and skipped while running, unless it says otherwise.
    private func schedule(_ report: inout FileReport) -> Schedule? {
        let fields = fields(
            ["cron", "zone", "catch-up", "overlap"], required: ["cron"], in: "a schedule", &report)
        let cron = fields["cron"]?.cron(&report)
        let zone = fields["zone"]?.timeZone(&report) ?? .gmt
        let catchUp = fields["catch-up"]?.duration(&report) ?? .seconds(86_400)
        let overlap = fields["overlap"]?.choice(Schedule.Overlap.self, &report) ?? .skip
        return cron.map { Schedule(cron: $0, zone: zone, catchUp: catchUp, overlap: overlap) }
    }

    private func cron(_ report: inout FileReport) -> CronExpression? {
        guard let text = string(&report) else { return nil }
        do throws(CronError) {
            return try CronExpression(text)
        } catch {
            report.report(error.message, path: path, position: position(ofCharacter: error.column - 1))
            return nil
        }
    }

    /// A zone by the name of a place; abbreviations such as EST leave open what happens in summer.
    private func timeZone(_ report: inout FileReport) -> TimeZone? {
        guard let name = string(&report) else { return nil }
        if name == "UTC" { return .gmt }
        if name.contains("/"), let zone = TimeZone(identifier: name) { return zone }
        report.report(
            "'\(name.prefix(64))' is not a time zone; write UTC or a place such as America/New_York",
            at: self, suggestion: Suggestion.closest(to: name, among: TimeZone.knownTimeZoneIdentifiers))
        return nil
    }
}
