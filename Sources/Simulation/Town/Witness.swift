import FHIR
import PDex
import Synchronization

/// Knows the truth of a town, sees what every process does, and says what breaks a promise.
///
/// It looks at seams only: what arrives at the payer, what is committed, and who lives. What it knows of members it knows
/// from the town's story, never from the store.
final class Witness: Sendable {
    /// One thing that must not happen.
    struct Violation: Sendable, Hashable {
        let promise: Promise
        let words: String
    }

    /// What the payer and the clinic truly record of one member.
    struct MemberTruth: Sendable {
        /// When consent was given or withdrawn at the payer, in order.
        var consent: [(at: Instant, isGiven: Bool)] = []
        /// What is staged of it: at which commit it became known.
        var known: [(commit: Int, isGiven: Bool)] = []
    }

    struct State {
        var violations: [Violation] = []
        var rare: Set<RareState> = []
        var members: [String: MemberTruth] = [:]
        /// How many transactions were committed.
        var commits = 0
        /// When each thread last looked into the store, and at what commit.
        var looks: [String: (at: Instant, commit: Int)] = [:]
        /// The processes that live.
        var living: Set<String> = []
        var claims: [String: (epoch: Int, owner: String)] = [:]
        var memberOfExchange: [String: String] = [:]
        /// Who works on the open run of each job.
        var runs: [String: String] = [:]
        var inserted = 0
        var enqueued: [String: String] = [:]
        var taken: [String: Int] = [:]
        var acknowledged: Set<String> = []
        var notBefore: [String: (asked: Instant, until: Instant)] = [:]
        /// Named by the payer in an answer that is not settled yet: who dies with it does not know of it.
        var named: [String: (asked: Instant, until: Instant)] = [:]
        var waits: [Double] = []
        var versions: [String: Int] = [:]
        var gone: Set<String> = []
        var lastDelivery: (at: Instant, process: String)?
        var withdrawn: Set<String> = []
        var killed: Set<String> = []
        var underWay: Set<String> = []
        /// How the payer fares, as the store has it.
        var breaker: CircuitBreaker?
        var goingOn: Set<String> = []
    }

    let order: TurnOrder
    let host: HostClock
    let names: [ResourceKey: String]
    let state = Mutex(State())

    init(order: TurnOrder, host: HostClock, names: [ResourceKey: String]) {
        self.order = order
        self.host = host
        self.names = names
    }

    var violations: [Violation] { state.withLock { $0.violations } }
    var rare: Set<RareState> { state.withLock { $0.rare } }

    /// A rare state was reached.
    func reach(_ rare: RareState) {
        state.withLock { _ = $0.rare.insert(rare) }
    }

    /// A promise was broken.
    func broke(_ promise: Promise, _ words: String) {
        state.withLock { $0.violations.append(Violation(promise: promise, words: words)) }
    }

    /// A consent was given or withdrawn at the payer.
    func decided(_ member: String, isGiven: Bool) {
        let now = order.now
        state.withLock { state in
            let before = state.members[member]?.consent.last?.isGiven
            state.members[member, default: MemberTruth()].consent.append((now, isGiven))
            if before == true, !isGiven {
                state.withdrawn.insert(member)
                let isUnderWay = state.underWay.contains {
                    state.enqueued[$0].flatMap { state.memberOfExchange[$0] } == member
                }
                if isUnderWay { state.rare.insert(.withdrawnUnderWay) }
            }
        }
    }

    /// A process began.
    func born(_ process: String) {
        state.withLock { _ = $0.living.insert(process) }
    }

    /// A process ended, killed or not.
    func died(_ process: String, killed: Bool) {
        state.withLock { state in
            state.living.remove(process)
            if killed { state.killed.insert(process) }
        }
    }

    /// Whether a process has ended.
    func isGone(_ process: String) -> Bool {
        state.withLock { !$0.living.contains(process) }
    }

    /// A thread looked into the store.
    func looked() {
        let now = order.now
        state.withLock { $0.looks[TurnOrder.thread] = (now, $0.commits) }
    }
}

extension Witness {
    /// Whether a process goes on with a run that a killed one began.
    func isGoingOn(_ process: String) -> Bool {
        state.withLock { $0.goingOn.contains(process) }
    }
}

extension Witness {
    /// The clinic took a resource back.
    func removed(_ source: String) {
        state.withLock { state in
            state.gone.insert(source)
            if state.versions[source] != nil { state.rare.insert(.deleted) }
        }
    }
}

extension Witness {
    /// What was counted.
    var counts: (exchanges: Int, bundles: Int, waits: [Double]) {
        state.withLock { ($0.inserted, $0.taken.values.reduce(0, +), $0.waits) }
    }
}

extension Witness {
    /// A member whose bundle is on its way.
    var busy: String? {
        state.withLock { state in
            for submission in state.underWay.sorted() {
                guard let exchange = state.enqueued[submission] else { continue }
                if let name = state.memberOfExchange[exchange], !name.isEmpty { return name }
            }
            return nil
        }
    }
}
