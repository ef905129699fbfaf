/// What a seed has most of, so that every kind of rare state is met by a few seeds.
enum Season: UInt64, Sendable, CaseIterable {
    /// Whatever the seed draws.
    case mixed
    /// Processes die with their deliveries.
    case deadly
    /// The payer takes long and puts off, and members change their minds.
    case slow
    /// Processes stand still.
    case halting

    /// The season of a seed.
    init(of seed: UInt64) {
        self = Season(rawValue: seed % UInt64(Season.allCases.count)) ?? .mixed
    }

    /// How many opportunities its troubles have for each time they strike.
    var oneIn: [Trouble: Int] {
        switch self {
        case .mixed: [:]
        case .deadly: [.killInDelivery: 3, .kill: 400]
        case .slow: [.slowPayer: 2, .payerThrottles: 3]
        case .halting: [.pause: 30, .slowPayer: 1, .payerFails: 3]
        }
    }
}
