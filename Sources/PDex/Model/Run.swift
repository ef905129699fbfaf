public import FHIR

/// One firing of a job.
public struct Run: Sendable, Hashable, Identifiable {
    /// Why a run was started.
    public enum Trigger: String, Sendable, CaseIterable {
        /// By the job's schedule, over the whole roster.
        case schedule
        /// By hand, over the whole roster.
        case manual
        /// For one member.
        case request
        /// To make exchanges anew.
        case replay
        /// To look and send nothing.
        case dryRun = "dry-run"
    }
    /// How a run stands.
    public enum State: String, Sendable, CaseIterable { case running, complete, partial, failed }

    /// Derived from the job, the trigger, the instant, and the subject of a request or replay.
    public let id: String
    /// The job's name.
    public let job: String
    /// Why it was started.
    public let trigger: Trigger
    /// The configured name of the clinic.
    public let clinic: String
    /// The configured name of the payer.
    public let payer: String
    /// The instant for which it fired: the scheduled tick, or when it was asked for.
    public let instant: Instant
    /// The process that works on it, or did last; empty when unknown.
    public var owner: String
    /// How it stands.
    public var state: State
    /// What it did, as the JSON that `pdex run --output json` prints; empty until it ends.
    public var summary: [UInt8]

    /// Assembles a run.
    public init(
        id: String, job: String, trigger: Trigger, clinic: String, payer: String, instant: Instant,
        owner: String = "", state: State = .running, summary: [UInt8] = []
    ) {
        self.id = id
        self.job = job
        self.trigger = trigger
        self.clinic = clinic
        self.payer = payer
        self.instant = instant
        self.owner = owner
        self.state = state
        self.summary = summary
    }
}
