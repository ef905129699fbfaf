import Jobs
import PDex

/// What keeps the bundles of a job from being delivered now.
struct HeldBack: Sendable, Hashable {
    /// In the words that  pdex queue resume  takes, such as `payer med0`.
    let subjects: [String]

    /// Nothing.
    static let nothing = HeldBack(subjects: [])

    private init(subjects: [String]) {
        self.subjects = subjects
    }

    /// Looks at what is paused, and which payers are closed after failures.
    init(_ job: Job, holds: [Hold], breakers: [CircuitBreaker]) {
        let paused = holds.filter { hold in
            switch hold.subject {
            case .payer: hold.name == job.payer
            case .job: hold.name == job.name
            case .lane: hold.name == DeliveryLane.nightly.rawValue
            }
        }.map { "\($0.subject.rawValue) \($0.name)" }
        let closed = breakers.contains { $0.payer == job.payer && $0.isClosed } ? ["payer \(job.payer)"] : []
        subjects = paused + closed.filter { !paused.contains($0) }
    }
}
