import FHIR
import PDex
import Synchronization

/// Knows the truth about a town, sees what every process does, and reports broken promises.
///
/// It watches seams only: what arrives at the payer, what is committed, and which processes live. What it knows about
/// members comes from the town's story, never from the store.
final class Witness: Sendable {
    /// An event that must not happen.
    struct Violation: Sendable, Hashable {
        let promise: Promise
        let words: String
    }

    /// What the payer, the clinic and operators truly say about one member, by ground.
    struct MemberTruth: Sendable {
        /// When each ground came to stand or fell away, in order.
        var story: [Ground: [(at: Instant, stands: Bool)]] = [:]
        /// The store's state of each ground: the commit at which it became known.
        var known: [Ground: [(commit: Int, stands: Bool)]] = [:]
    }

    /// A change of a member's ground, according to the store.
    struct TurnedGround: Sendable, Hashable {
        let ground: Ground
        let member: String
        let stands: Bool
    }

    struct State {
        /// The members for whom something was acknowledged.
        var reached: Set<String> = []
        var turned: Set<TurnedGround> = []
        var violations: [Violation] = []
        var rare: Set<RareState> = []
        var members: [String: MemberTruth] = [:]
        /// How many transactions were committed.
        var commits = 0
        /// When each thread last looked into the store, after which commit, and after how many turns in all.
        var looks: [String: (at: Instant, commit: Int, turn: Int)] = [:]
        /// The living processes.
        var living: Set<String> = []
        var claims: [String: (epoch: Int, owner: String)] = [:]
        var memberOfExchange: [String: String] = [:]
        /// Whose Patient each one at the payer is, as first sent.
        var patients: [String: String] = [:]
        /// The process that works on each open run.
        var runs: [String: String] = [:]
        var inserted = 0
        var enqueued: [String: String] = [:]
        var taken: [String: Int] = [:]
        var acknowledged: Set<String> = []
        var notBefore: [String: (asked: Instant, until: Instant)] = [:]
        /// Times named by the payer in answers not settled yet: a process that dies with one never learns it.
        var named: [String: (asked: Instant, until: Instant)] = [:]
        var waits: [Double] = []
        var versions: [String: Int] = [:]
        var gone: Set<String> = []
        var lastDelivery: (at: Instant, process: String)?
        var withdrawn: Set<String> = []
        var killed: Set<String> = []
        var underWay: Set<String> = []
        /// The state of the payer's breaker, according to the store.
        var breaker: CircuitBreaker?
        var goingOn: Set<String> = []
        /// The exchanges that an operator took back, and in which commit.
        var cancelled: [String: Int] = [:]
        /// Whether the store was replaced by a backup.
        var isRestored = false
        /// What had ever been in the outbox before that.
        var buried: Set<String> = []
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

    /// A ground came to stand or fell away where it is recorded.
    func decided(_ ground: Ground, of member: String, stands: Bool) {
        let now = order.now
        state.withLock { state in
            let before = state.members[member]?.story[ground]?.last?.stands
            state.members[member, default: MemberTruth()].story[ground, default: []].append((now, stands))
            guard ground == .consent, before == true, !stands else { return }
            state.withdrawn.insert(member)
            if Self.isUnderWay(member, state) { state.rare.insert(.withdrawnUnderWay) }
        }
    }

    /// Whether a bundle of a member is under way.
    static func isUnderWay(_ member: String, _ state: State) -> Bool {
        state.underWay.contains { state.enqueued[$0].flatMap { state.memberOfExchange[$0] } == member }
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
        let (now, turn) = (order.now, order.turns)
        state.withLock { $0.looks[TurnOrder.thread] = (now, $0.commits, turn) }
    }
}

extension Witness {
    /// Whether a process has resumed a run that a killed one began.
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
    /// The counts.
    var counts: (exchanges: Int, bundles: Int, waits: [Double]) {
        state.withLock { ($0.inserted, $0.taken.values.reduce(0, +), $0.waits) }
    }
}

extension Witness {
    /// A member whose bundle is under way.
    var busy: String? {
        state.withLock { state in
            for submission in state.underWay.sorted() {
                guard let exchange = state.enqueued[submission] else { continue }
                if let name = state.memberOfExchange[exchange], !name.isEmpty { return name }
            }
            return nil
        }
    }

    /// An exchange with a bundle that is claimed, but not under way yet.
    var claimed: String? {
        state.withLock { state in
            state.claims.keys.filter { !state.underWay.contains($0) }.min().flatMap { state.enqueued[$0] }
        }
    }
}

extension Witness.State {
    /// Whether a bundle of an exchange is under way.
    func isUnderWay(_ exchange: String) -> Bool { underWay.contains { enqueued[$0] == exchange } }
}

extension Witness {
    /// The members whom an operator keeps apart, according to the store.
    var apart: Set<String> {
        state.withLock { state in
            Set(state.members.filter { $0.value.known[.link]?.last?.stands == false }.keys)
        }
    }

    /// The members for whom something was acknowledged.
    var reached: Set<String> { state.withLock { $0.reached } }

    /// Whether the store was replaced by a backup.
    var isRestored: Bool { state.withLock { $0.isRestored } }
}

extension Witness {
    /// A backup with this many exchanges has replaced the store: what the store knew since is forgotten.
    func restored(exchanges: Int, breaker: CircuitBreaker?) {
        state.withLock { state in
            state.rare.insert(.restored)
            if state.inserted > exchanges { state.rare.insert(.sentSinceBackup) }
            state.isRestored = true
            state.buried = Set(state.enqueued.keys)
            state.inserted = exchanges
            state.breaker = breaker
            state.claims = [:]
            state.runs = [:]
            state.underWay = []
            state.cancelled = [:]
            state.notBefore = [:]
            state.named = [:]
            for member in state.members.keys { state.members[member]?.known = [:] }
        }
    }
    /// The patients who are kept apart according to the restored store.
    func restored(apart: [String]) {
        state.withLock { state in
            for member in apart {
                state.members[member, default: MemberTruth()].known[.link] = [(state.commits, false)]
            }
        }
    }
}
