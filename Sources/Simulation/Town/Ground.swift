import Synchronization

/// The grounds for disclosing one member's data, each stated by a different party, and each of which may fall away.
enum Ground: String, Sendable, CaseIterable {
    /// The member's consent, as the payer records it.
    case consent
    /// The coverage on the days of care, as the payer records it.
    case coverage
    /// The clinic keeps no denial by the patient.
    case noDenial
    /// No operator keeps the patient apart from every member.
    case link

    /// Whether it stands as long as nobody has said anything.
    var standsAtFirst: Bool { self != .consent }

    /// The promise broken by sending something for which it fell away longer ago than the payer's records may be old;
    /// nil for grounds that are not read again before a delivery.
    var inTime: Promise? {
        switch self {
        case .consent: .consentInTime
        case .coverage: .coverageInTime
        case .noDenial, .link: nil
        }
    }

    /// The promise broken by sending something for which, according to the store, it had fallen away.
    var known: Promise {
        switch self {
        case .consent: .consentKnown
        case .coverage: .coverageKnown
        case .noDenial: .denialKnown
        case .link: .apart
        }
    }
}
