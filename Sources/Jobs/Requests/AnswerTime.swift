public import FHIR

/// How long answering a member request may take.
public enum AnswerTime: Sendable, Hashable {
    /// So many business days, as CMS-0057-F gives a payer one.
    case businessDays(Int)
    /// So many seconds.
    case seconds(Double)

    /// By when a request that was accepted at `instant` has to be answered.
    public func due(after instant: Instant, in calendar: BusinessCalendar) -> Instant {
        switch self {
        case .businessDays(let days): calendar.instant(businessDays: days, after: instant)
        case .seconds(let seconds): instant.adding(milliseconds: Int64(seconds * 1000))
        }
    }
}
