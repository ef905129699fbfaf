import FHIR
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

    /// Looks at what is paused, and which payers are left alone after failures `now`; after that pause one delivery is
    /// tried, and nothing holds it back.
    init(_ job: Job, holds: [Hold], breakers: [CircuitBreaker], at now: Instant) {
        let paused = holds.filter { hold in
            switch hold.subject {
            case .payer: hold.name == job.payer
            case .job: hold.name == job.name
            case .lane: hold.name == DeliveryLane.nightly.rawValue
            }
        }.map { "\($0.subject.rawValue) \($0.name)" }
        let isClosed = breakers.contains { $0.payer == job.payer && $0.isLeftAlone(at: now) }
        let closed = isClosed ? ["payer \(job.payer)"] : []
        subjects = paused + closed.filter { !paused.contains($0) }
    }
}
