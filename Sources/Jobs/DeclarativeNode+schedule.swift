public import DeclarativeFiles
public import Foundation

extension DeclarativeNode {
    /// `on`: when a job starts by itself, and whether it takes requests.
    func start(_ report: inout FileReport) -> (schedule: Schedule?, allowsRequests: Bool, answerTime: AnswerTime?) {
        let fields = fields(["schedule", "request", "answer-within"], in: "'on'", &report)
        let schedule = fields["schedule"]?.schedule(&report)
        let allowsRequests = fields["request"]?.bool(&report) ?? false
        if isMapping, fields["schedule"] == nil, !allowsRequests {
            report.report("the job never starts: give it a schedule, or request: true", at: self)
        }
        let answerTime = fields["answer-within"]?.answerTime(&report)
        if let node = fields["answer-within"], !allowsRequests {
            report.report("answer-within is for jobs that may be asked: say request: true", at: node)
        }
        return (schedule, allowsRequests, answerTime)
    }

    /// `answer-within`: business days such as `1bd`, or a duration.
    private func answerTime(_ report: inout FileReport) -> AnswerTime? {
        guard let text = string(&report) else { return nil }
        if text.hasSuffix("bd") {
            if let days = Int(text.dropLast(2)), (1...365).contains(days) { return .businessDays(days) }
            report.report("business days are written 1bd to 365bd", at: self)
            return nil
        }
        return duration(&report, or: "business days such as 1bd").map { .seconds($0 / .seconds(1)) }
    }

    /// `schedule`: in UTC, caught up for a day, and skipped while the job runs, unless it says otherwise.
    private func schedule(_ report: inout FileReport) -> Schedule? {
        let fields = fields(
            ["cron", "zone", "catch-up", "overlap", "jitter"], required: ["cron"], in: "a schedule", &report)
        let cron = fields["cron"]?.cron(&report)
        let zone = fields["zone"]?.timeZone(&report) ?? .gmt
        let catchUp = fields["catch-up"]?.duration(&report) ?? .seconds(86_400)
        let overlap = fields["overlap"]?.choice(Schedule.Overlap.self, &report) ?? .skip
        let jitter = fields["jitter"]?.jitter(&report) ?? .zero
        return cron.map { Schedule(cron: $0, zone: zone, catchUp: catchUp, overlap: overlap, jitter: jitter) }
    }

    /// At most twelve hours: later than that, it would be another night.
    private func jitter(_ report: inout FileReport) -> Duration? {
        guard let jitter = duration(&report) else { return nil }
        if jitter <= .seconds(12 * 3600) { return jitter }
        report.report("jitter is 12h at most", at: self)
        return nil
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

    /// A zone by the name of a place; an abbreviation such as EST does not say what happens in summer.
    public func timeZone(_ report: inout FileReport) -> TimeZone? {
        guard let name = string(&report) else { return nil }
        if name == "UTC" { return .gmt }
        if name.contains("/"), let zone = TimeZone(identifier: name) { return zone }
        report.report(
            "'\(name.prefix(64))' is not a time zone; write UTC or a place such as America/New_York",
            at: self, suggestion: Suggestion.closest(to: name, among: TimeZone.knownTimeZoneIdentifiers))
        return nil
    }
}
