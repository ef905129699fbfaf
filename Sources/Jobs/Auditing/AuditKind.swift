import PDex

/// What kind of event an audit entry is in terms of FHIR's AuditEvent and IHE's patterns for it (AU-03, AU-07, AU-08).
enum AuditKind: Hashable {
    /// The recorded consents decided whether a member's data may go.
    case decision(isPermitted: Bool)
    /// A member's data is on its way to the payer.
    case disclosure
    /// The payer answered a delivery.
    case delivery(isTaken: Bool)
    /// What an operator or a rule says about a person changed.
    case person
    /// Records of the payer were fetched.
    case arrival
    /// The payer was asked who a person is.
    case question
    /// A step of an exchange that reaches nobody outside.
    case step
    /// Anything else that the service or an operator did.
    case activity

    init(_ line: AuditLine) {
        let words = line.recorded.entry.action.split(separator: ".", maxSplits: 1).map(String.init)
        let action = words.last ?? ""
        switch words.first {
        case "consent": self = .decision(isPermitted: false)
        case "members" where action == "imported": self = .arrival
        case "payer": self = .arrival
        case "match" where action == "asked": self = .question
        case "members": self = .question
        case "member", "match": self = .person
        case "exchange": self = Self.ofExchange(action, line)
        default: self = .activity
        }
    }

    private static func ofExchange(_ action: String, _ line: AuditLine) -> AuditKind {
        let decided = line.exchange?.consent != nil
        let answered = !line.answered.isEmpty
        switch action {
        case "permitted" where decided: return .decision(isPermitted: true)
        case "withheld" where decided: return .decision(isPermitted: false)
        case "submitted": return .disclosure
        case "acknowledged" where answered: return .delivery(isTaken: true)
        case "retrying" where answered, "parked" where answered: return .delivery(isTaken: false)
        default: return .step
        }
    }
}
