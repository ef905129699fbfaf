/// The kind of trouble that dominates a seed, so that a few seeds meet every kind of rare state.
enum Season: UInt64, Sendable, CaseIterable {
    /// Whatever the seed draws.
    case mixed
    /// Processes are often killed during deliveries.
    case deadly
    /// The payer is slow and throttles, and members change their minds.
    case slow
    /// Processes stand still.
    case halting

    /// The season of a seed.
    init(of seed: UInt64) {
        self = Season(rawValue: seed % UInt64(Season.allCases.count)) ?? .mixed
    }

    /// Each of its troubles strikes once in this many opportunities.
    var oneIn: [Trouble: Int] {
        switch self {
        case .mixed: [:]
        case .deadly: [.killInDelivery: 3, .kill: 400]
        case .slow: [.slowPayer: 2, .payerThrottles: 3]
        case .halting: [.pause: 30, .slowPayer: 1, .payerFails: 3]
        }
    }
}
