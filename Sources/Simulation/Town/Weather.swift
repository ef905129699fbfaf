import Synchronization

/// Which troubles a seed has, and how often: only some, so that common ones do not hide rare ones.
final class Weather: Sendable {
    private struct State {
        var oneIn: [Trouble: Int] = [:]
        var isCalm = false
        var strikes: [Trouble: Int] = [:]
    }

    /// The season, whose troubles dominate.
    let season: Season
    private let order: TurnOrder
    private let state: Mutex<State>

    /// Half of the troubles, each with its own rate, and those of the season.
    init(order: TurnOrder, season: Season) {
        self.order = order
        self.season = season
        var state = State()
        for trouble in Trouble.allCases where order.roll(2) == 0 {
            state.oneIn[trouble] = Self.usual(trouble) * [1, 2, 6][order.roll(3)]
        }
        state.oneIn.merge(season.oneIn) { min($0, $1) }
        self.state = Mutex(state)
    }

    /// At its worst, a trouble strikes once in this many opportunities.
    private static func usual(_ trouble: Trouble) -> Int {
        switch trouble {
        case .kill: 120
        case .pause: 200
        case .fullDisk: 80
        case .clinicUnreachable, .clinicSilent: 30
        case .brokenFile: 8
        case .failedExport, .clockStep: 4
        case .oddFetching: 2
        case .restore: 1
        default: 6
        }
    }

    /// Whether a trouble strikes now.
    func strikes(_ trouble: Trouble) -> Bool {
        guard let oneIn = state.withLock({ $0.isCalm ? nil : $0.oneIn[trouble] }), order.roll(oneIn) == 0
        else { return false }
        state.withLock { $0.strikes[trouble, default: 0] += 1 }
        return true
    }

    /// Whether all troubles have ended.
    var isCalm: Bool { state.withLock { $0.isCalm } }

    /// Ends all troubles.
    func calmDown() {
        state.withLock { $0.isCalm = true }
    }

    /// How often each trouble struck.
    var strikes: [Trouble: Int] { state.withLock { $0.strikes } }
}
