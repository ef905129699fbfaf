import FHIR

extension ConsentDecision.Recorded {
    /// Whether this consent of the discloser replaced an ended one of theirs. It must be a permit in force. Either it
    /// was certainly given after that end, and is about privacy and disclosure, or of the same kind and between the
    /// same parties; or it is of the same kind and parties and was certainly given after the other one was given, since
    /// a clinic may write the new form before it ends the old one.
    func renews(_ ended: ConsentDecision.Recorded, discloser: Party, recipient: Party, now: Instant) -> Bool {
        guard let permit = consent, let old = ended.consent, permit.status == "active",
            permit.provisionType == "permit", !permit.hasNestedDenial, !permit.isOptOutByRule,
            permit.period?.isInForce(at: now) ?? !permit.hasUnreadablePeriod,
            !ConsentVerdict.isElsewhere(permit, discloser, recipient)
        else { return false }
        let isOfSameKind = !old.kind.isEmpty && permit.kind == old.kind && permit.isBetweenTheSame(as: old)
        guard isOfSameKind || (permit.isAboutPrivacy && permit.isAboutDisclosure) else { return false }
        if isCertainlyAfter(ended, now: now) { return true }
        guard isOfSameKind, let given = permit.given?.earliest, given <= now,
            let before = old.given?.latest
        else { return false }
        return before < given
    }
}

extension Consent {
    /// Whether both name the same parties in the same roles, each by an identifier; or neither names any.
    fileprivate func isBetweenTheSame(as other: Consent) -> Bool {
        (actors + other.actors).allSatisfy { $0.identifier?.value != nil } && Set(actors) == Set(other.actors)
    }
}
