public import FHIR

/// How long answering a member request may take.
public enum AnswerTime: Sendable, Hashable {
    /// A number of business days; CMS-0057-F gives a payer one.
    case businessDays(Int)
    /// A number of seconds.
    case seconds(Double)

    /// The instant by which a request accepted at `instant` has to be answered.
    public func due(after instant: Instant, in calendar: BusinessCalendar) -> Instant {
        switch self {
        case .businessDays(let days): calendar.instant(businessDays: days, after: instant)
        case .seconds(let seconds): instant.adding(milliseconds: Int64(seconds * 1000))
        }
    }
}
