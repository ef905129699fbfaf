/// Who must act on a fault, and therefore what the service does next.
public enum Disposition: String, Sendable, Hashable, CaseIterable {
    /// Nobody: the same thing is tried again later.
    case retry
    /// The member or the law: the data is held back.
    case withhold
    /// An operator: the exchange waits, visible and replayable.
    case park
    /// An operator or the clinic: this job stops, its watermark does not move.
    case halt
    /// The person at the keyboard: the process ends without touching anything.
    case stop
}
