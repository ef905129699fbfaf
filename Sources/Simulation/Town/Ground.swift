import Synchronization

/// What the disclosure of one member's data stands on, each told by somebody else, and each may fall away.
enum Ground: String, Sendable, CaseIterable {
    /// The member's consent, as the payer records it.
    case consent
    /// The coverage on the days of care, as the payer records it.
    case coverage
    /// That the clinic keeps no denial of the patient's.
    case noDenial
    /// That no operator keeps the patient apart from every member.
    case link

    /// Whether it stands while nobody has said anything.
    var standsAtFirst: Bool { self != .consent }

    /// What is broken when something is sent that it fell away for longer ago than the payer's records may be old; nil
    /// for what is not read again before a delivery.
    var inTime: Promise? {
        switch self {
        case .consent: .consentInTime
        case .coverage: .coverageInTime
        case .noDenial, .link: nil
        }
    }

    /// What is broken when something is sent that it fell away for, as the store had it.
    var known: Promise {
        switch self {
        case .consent: .consentKnown
        case .coverage: .coverageKnown
        case .noDenial: .denialKnown
        case .link: .apart
        }
    }
}
