/// Bugs that a campaign plants into the doubles around the product, to prove that it would find them.
///
/// None of them is in the product: each is a store, a payer or a source of chance that misbehaves.
public enum PlantedBug: String, Sendable, CaseIterable {
    case acknowledgedBeforeSent = "ack-before-send"
    case watermarkBeforeData = "watermark-before-data"
    case randomIDs = "random-ids"
    case leaseWithoutEpoch = "lease-without-epoch"
    case selectThenInsert = "select-then-insert"
    case retryWithoutJitter = "retry-without-jitter"
    case consentCached = "consent-cached-across-send"
    case auditAfterCommit = "audit-after-commit"
    case retryAfterMisread = "retry-after-misread"
    case dropBeforeLook = "drop-before-look"
    case otherBelieved = "outcome-of-another-believed"
    case unlinkUnheeded = "unlink-unheeded"
    case unlinkNotUndone = "unlink-not-undone"
    case coverageCached = "coverage-cached-across-send"
    case denialUnheeded = "denial-unheeded"
    case cancelUnheeded = "cancel-unheeded"
    case restoredAsItWas = "restored-as-it-was"

    /// The promises of which at least one is seen broken.
    public var breaks: Set<Promise> {
        switch self {
        case .acknowledgedBeforeSent: [.acknowledgedIsTaken]
        case .watermarkBeforeData: [.sameState]
        case .randomIDs: [.oneCopy]
        case .leaseWithoutEpoch: [.oneHolder]
        case .selectThenInsert: [.oneRunner]
        case .retryWithoutJitter: [.jitter]
        case .consentCached: [.consentKnown]
        case .auditAfterCommit: [.audit]
        case .retryAfterMisread: [.politeness]
        case .dropBeforeLook: [.lookedLast]
        case .otherBelieved: [.acknowledgedIsTaken]
        case .unlinkUnheeded: [.apart]
        case .unlinkNotUndone: [.undone]
        case .coverageCached: [.coverageKnown]
        case .denialUnheeded: [.denialKnown]
        case .cancelUnheeded: [.cancelledStays]
        case .restoredAsItWas: [.restoredForgets]
        }
    }

    /// Seeds whose season is likely to show it, in the order in which to try them.
    public var likelySeeds: [UInt64] {
        let season: Season =
            switch self {
            case .leaseWithoutEpoch: .halting
            case .auditAfterCommit: .deadly
            case .retryAfterMisread, .retryWithoutJitter, .consentCached: .slow
            default: .mixed
            }
        return (0..<60).map { season.rawValue + $0 * UInt64(Season.allCases.count) }
    }
}
