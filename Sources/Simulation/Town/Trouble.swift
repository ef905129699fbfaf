/// What can go wrong at a seam.
enum Trouble: String, Sendable, CaseIterable {
    /// The process ends, as if by SIGKILL.
    case kill
    /// The process ends during a delivery.
    case killInDelivery
    /// The process stands still for a while, as if by SIGSTOP, sometimes for longer than its claims hold.
    case pause
    /// The disk is full.
    case fullDisk
    /// The payer answers 500, 502 or 503.
    case payerFails
    /// The payer answers 429 or 503 and names a time.
    case payerThrottles
    /// The payer cannot be reached.
    case payerUnreachable
    /// The payer takes everything, and its answer is lost.
    case lostAnswer
    /// The payer takes all but the last entry, for which it is too busy.
    case busyEntry
    /// The payer takes all but the last entry, which it refuses.
    case refusedEntry
    /// The payer takes minutes to answer.
    case slowPayer
    /// The disk of the drop folder refuses a step.
    case dropDisk
    /// The payer comes for files late, partly, twice or never.
    case oddFetching
    /// The payer reports on another submission.
    case otherStatus
    /// A backup replaces the store.
    case restore
    /// The clinic cannot be reached.
    case clinicUnreachable
    /// A search or a status request is lost.
    case clinicSilent
    /// A file of an export breaks off.
    case brokenFile
    /// An export fails.
    case failedExport
    /// The machine's clock is set forward or back.
    case clockStep
}
