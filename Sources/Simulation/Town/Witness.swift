import FHIR
import PDex
import Synchronization

/// Knows the truth of a town, sees what every process does, and says what breaks a promise.
///
/// It looks at seams only: what arrives at the payer, what is committed, and who lives. What it knows of members it
/// knows from the town's story, never from the store.
final class Witness: Sendable {
    /// One thing that must not happen.
    struct Violation: Sendable, Hashable {
        let promise: Promise
        let words: String
    }

    /// What the payer, the clinic and operators truly say of one member, by what it is about.
    struct MemberTruth: Sendable {
        /// When it came to stand or fell away, in order.
        var story: [Ground: [(at: Instant, stands: Bool)]] = [:]
        /// What the store has of it: at which commit it became known.
        var known: [Ground: [(commit: Int, stands: Bool)]] = [:]
    }

    /// That a ground of a member's changed, as the store has it.
    struct TurnedGround: Sendable, Hashable {
        let ground: Ground
        let member: String
        let stands: Bool
    }

    struct State {
        /// Who was acknowledged something.
        var reached: Set<String> = []
        var turned: Set<TurnedGround> = []
        var violations: [Violation] = []
        var rare: Set<RareState> = []
        var members: [String: MemberTruth] = [:]
        /// How many transactions were committed.
        var commits = 0
        /// When each thread last looked into the store, at what commit, and after how many turns of anybody's.
        var looks: [String: (at: Instant, commit: Int, turn: Int)] = [:]
        /// The processes that live.
        var living: Set<String> = []
        var claims: [String: (epoch: Int, owner: String)] = [:]
        var memberOfExchange: [String: String] = [:]
        /// Whose Patient each is at the payer, as it was first sent.
        var patients: [String: String] = [:]
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
        /// The exchanges that an operator took back, and at which commit.
        var cancelled: [String: Int] = [:]
        /// Whether a backup took the store's place.
        var isRestored = false
        /// What was in the outbox of any store before that.
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

    /// A ground came to stand or fell away, where it is recorded.
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

    /// Whether a bundle of a member's is on its way.
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

    /// An exchange of which something is claimed, and is not on its way yet.
    var claimed: String? {
        state.withLock { state in
            state.claims.keys.filter { !state.underWay.contains($0) }.min().flatMap { state.enqueued[$0] }
        }
    }
}

extension Witness.State {
    /// Whether something of an exchange is on its way.
    func isUnderWay(_ exchange: String) -> Bool { underWay.contains { enqueued[$0] == exchange } }
}

extension Witness {
    /// The members whom an operator keeps apart, as the store has it.
    var apart: Set<String> {
        state.withLock { state in
            Set(state.members.filter { $0.value.known[.link]?.last?.stands == false }.keys)
        }
    }

    /// The members of whom something was acknowledged.
    var reached: Set<String> { state.withLock { $0.reached } }

    /// Whether a backup took the store's place.
    var isRestored: Bool { state.withLock { $0.isRestored } }
}

extension Witness {
    /// A backup with so many exchanges took the store's place: what is known of it is known no more.
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
    /// These are kept apart by what the restored store says.
    func restored(apart: [String]) {
        state.withLock { state in
            for member in apart {
                state.members[member, default: MemberTruth()].known[.link] = [(state.commits, false)]
            }
        }
    }
}
