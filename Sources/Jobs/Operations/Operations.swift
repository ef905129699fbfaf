import FHIR
public import PDex
public import Pipeline

/// What an operator can do: the one implementation of each action, which every surface renders.
public struct Operations: Sendable {
    let store: any Store
    let clock: any WallClock
    let identities: Identities
    private(set) var actor: String
    let owner: String
    let ownerIsGone: @Sendable (String) -> Bool
    let calendar: BusinessCalendar
    let pipeline: @Sendable (String) async throws -> ExchangePipeline
    let underWay = RunsUnderWay()
    let missed = MissedMembers()
    let heldFiles = HeldFiles()

    /// Wires the façade; `pipeline` makes the pipeline of a job, `actor` is the name written into the audit trail.
    ///
    /// `owner` names this process on the runs that it works on; `ownerIsGone` says whether the process behind another
    /// such name has ended, so that its runs may be resumed. `calendar` decides when requests are due.
    public init(
        store: any Store, clock: any WallClock, identities: Identities, actor: String, owner: String,
        ownerIsGone: @escaping @Sendable (String) -> Bool, calendar: BusinessCalendar = BusinessCalendar(),
        pipeline: @escaping @Sendable (_ job: String) async throws -> ExchangePipeline
    ) {
        self.store = store
        self.clock = clock
        self.identities = identities
        self.actor = actor
        self.owner = owner
        self.ownerIsGone = ownerIsGone
        self.calendar = calendar
        self.pipeline = pipeline
    }

    /// The same operations in the name of another actor.
    public func acting(as actor: String) -> Operations {
        var other = self
        other.actor = actor
        return other
    }

    /// A number from 0 to 1, always the same for a job in this store.
    func chance(of job: Job) -> Double {
        let bits = Array(identities.derived("jitter", job.name).utf8).withUnsafeBytes(identities.contentHash)
        return Double(UInt64(bitPattern: bits) >> 11) * 0x1p-53
    }

    func newRun(
        of terms: ExchangeTerms, _ trigger: Run.Trigger, at instant: Instant, about subject: String = ""
    ) -> Run {
        Run(
            id: identities.derived("run", terms.job, trigger.rawValue, instant.text, subject), job: terms.job,
            trigger: trigger, clinic: terms.clinic.name, payer: terms.payer.name, instant: instant, owner: owner)
    }
}
