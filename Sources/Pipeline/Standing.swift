import PDex

/// How a member stands after join and consent: what must be known before deciding whether anything is new.
enum Standing {
    case unmatched(FaultCode, String)
    case ambiguous(FaultCode, String, MatchEvidence?)
    case withheld(MatchedMember, FaultCode, ConsentEvidence)
    case permitted(PermittedExchange)

    /// If the clinic did not give out a patient's Consents in `run`, nothing of that patient is permitted.
    init(_ join: Join.Outcome, consent: CheckConsent, run: String?, _ reader: any StoreReader) throws {
        switch join {
        case .unmatched(let code, let why): self = .unmatched(code, why)
        case .ambiguous(let code, let why, let evidence): self = .ambiguous(code, why, evidence)
        case .matched(let matched):
            switch try consent.outcome(for: matched, reader) {
            case .withheld(let code, let evidence): self = .withheld(matched, code, evidence)
            case .permitted(let permitted):
                let people = [matched.member.key, matched.match.via].compactMap(\.self)
                let isUnread = try run.map { run in
                    try UnreadConsents.concern(people, in: run, of: consent.terms.clinic.name, reader)
                }
                self =
                    isUnread ?? false
                    ? .withheld(matched, .consentUnread, permitted.evidence.noting(Self.unread)) : .permitted(permitted)
            }
        }
    }

    private static let unread = "the clinic did not give out this patient's own consents this time"

    /// Whether the exchange may be made.
    var isPermitted: Bool { if case .permitted = self { true } else { false } }

    /// The coverage and consent on which it is based.
    var basis: [StagedHash] {
        switch self {
        case .unmatched, .ambiguous: []
        case .withheld(let matched, _, _): matched.basis
        case .permitted(let permitted): permitted.matched.basis
        }
    }

    /// A word that changes when the decision changes.
    var name: String {
        switch self {
        case .unmatched(let code, _): "unmatched " + code.rawValue
        case .ambiguous(let code, let why, _): "ambiguous " + code.rawValue + " " + why
        case .withheld(_, let code, _): "withheld " + code.rawValue
        case .permitted(let permitted):
            "permitted " + permitted.evidence.rule + " "
                + permitted.leftOut.map { $0.key.description }.joined(separator: " ")
                + permitted.matched.leftOut.map { $0.key.description }.joined(separator: " ")
        }
    }
}
