import PDex

/// Which of the payer's data about a patient `after-revocation` undoes because it should not be there as it is (CO-10,
/// T10).
enum Undoing: Sendable {
    /// Nothing but what the clinic corrects.
    case nothing
    /// All of it: the consent was withdrawn, or an operator says that the patient is not a member.
    case everything
    /// What was sent as a member other than the one the patient is taken for now.
    case allBut(MatchEvidence)
    /// What was sent by a merge into another patient that has since been undone.
    case followed

    /// Decides by the patient's standing. One who is merely no longer found, or parked, may well be the member that the
    /// payer was told of: only certainty undoes anything.
    init(_ standing: Standing) {
        switch standing {
        case .unmatched(.matchApart, _), .withheld(_, .consentDenied, _): self = .everything
        case .ambiguous(.matchUnmerged, _, _): self = .followed
        case .unmatched, .ambiguous: self = .nothing
        case .withheld(let matched, _, _): self = .allBut(matched.match)
        case .permitted(let permitted): self = .allBut(permitted.matched.match)
        }
    }

    /// Whether it is still due when nothing changed since the run before, because data under way arrives later. A
    /// patient permitted as another member is sent nothing until it is done.
    var outlivesItsRun: Bool {
        switch self {
        case .everything, .followed: true
        case .nothing, .allBut: false
        }
    }

    /// Whether it concerns what was sent on that evidence; for what was sent long ago, none is kept.
    func concerns(_ evidence: Set<MatchEvidence>) -> Bool {
        switch self {
        case .nothing: false
        case .everything: true
        case .allBut(let present): evidence.contains { !$0.isSamePerson(as: present) }
        case .followed: evidence.contains { $0.via != nil }
        }
    }
}
