import FHIR

/// Decides which submissions go wrong and how; the same seed gives the same sequence.
struct FaultPlan: Sendable {
    enum Fault: Sendable, Hashable {
        /// 503, nothing is done.
        case failure
        /// 429 with `Retry-After: 1`, nothing is done.
        case throttle
        /// Everything is done, and the connection is closed without an answer.
        case dropped
    }

    private let faults: SandboxFaults
    private var random: RandomSource

    init(_ faults: SandboxFaults, seed: UInt64) {
        self.faults = faults
        random = RandomSource(seed: seed, stream: 0xfa17)
    }

    /// What happens to the next submission; nil when it goes well.
    mutating func next() -> Fault? {
        let draw = random.fraction()
        if draw < faults.failFraction { return .failure }
        if draw < faults.failFraction + faults.throttleFraction { return .throttle }
        if draw < faults.failFraction + faults.throttleFraction + faults.dropResponseFraction { return .dropped }
        return nil
    }
}
