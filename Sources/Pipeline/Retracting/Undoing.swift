import PDex

/// What of that which the payer holds of a patient is undone by `after-revocation`, because it should not be there as
/// it is (CO-10, T10).
enum Undoing: Sendable {
    /// Nothing but what the clinic corrects.
    case nothing
    /// All of it: the consent was withdrawn, or an operator says that the patient is no member.
    case everything
    /// What went there as another member than the one the patient is taken for now.
    case allBut(MatchEvidence)
    /// What went there in the name of the patient that this one was merged into, and no longer is.
    case followed

    /// By how a patient stands. Who is merely not found any more, or parked, may well be whom the payer was told: only
    /// what is certain undoes.
    init(_ standing: Standing) {
        switch standing {
        case .unmatched(.matchApart, _), .withheld(_, .consentDenied, _): self = .everything
        case .ambiguous(.matchUnmerged, _, _): self = .followed
        case .unmatched, .ambiguous: self = .nothing
        case .withheld(let matched, _, _): self = .allBut(matched.match)
        case .permitted(let permitted): self = .allBut(permitted.matched.match)
        }
    }

    /// Whether it is still due when nothing changed since the run before: what was on its way arrives after it. Who is
    /// permitted as another is sent nothing before it is done.
    var outlivesItsRun: Bool {
        switch self {
        case .everything, .followed: true
        case .nothing, .allBut: false
        }
    }

    /// Whether it concerns what went to the payer on that evidence; none is kept of what went there long ago.
    func concerns(_ evidence: Set<MatchEvidence>) -> Bool {
        switch self {
        case .nothing: false
        case .everything: true
        case .allBut(let present): evidence.contains { !$0.isSamePerson(as: present) }
        case .followed: evidence.contains { $0.via != nil }
        }
    }
}
