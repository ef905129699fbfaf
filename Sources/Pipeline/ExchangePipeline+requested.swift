import FHIR
import PDex

extension ExchangePipeline {
    /// The clinic's id of the Patient who is the payer's member with that id, by the same rules as in a run.
    ///
    /// `member` is `SYSTEM|VALUE`, or the value alone where `pdex.yaml` names the system of the payer's member ids.
    /// Throws `request.invalid` for an id without a system, `member.unknown` when the payer has no such member or no
    /// patient of the clinic is that one, and `member.ambiguous` when several may be meant: one of several is never
    /// chosen.
    public func patient(ofMember member: String) async throws -> String {
        let (terms, identities) = (terms, identities)
        let token = try token(of: member)
        try await records.ensureIndexed()
        return try await store.read { reader in
            let way = identities.linkKey(source: terms.payer.name, by: MatchRule.memberID.rawValue, value: token)
            let members = Set(try reader.members(linkedBy: way))
            guard let found = members.first else { throw Self.unknown(terms) }
            guard members.count == 1 else { throw Self.ambiguous("\(members.count) members of \(terms.payer.name)") }
            return try Candidates(terms: terms, identities: identities, reader: reader).patient(who: found)
        }
    }

    private func token(of member: String) throws(Fault) -> String {
        let parts = member.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let system = parts.count == 2 ? parts[0] : terms.numbers.memberSystem ?? ""
        guard let value = parts.last, !value.isEmpty, !system.isEmpty else {
            throw Fault(
                .requestInvalid, .stop, "the member's id does not say whose it is",
                hint: "give SYSTEM|VALUE, or say  match: { member-system: … }  of \(terms.payer.name) in pdex.yaml")
        }
        return system + "|" + value
    }

    /// The same words whether the payer has no such member or the clinic no such patient: the caller must not learn
    /// which.
    fileprivate static func unknown(_ terms: ExchangeTerms) -> Fault {
        Fault(
            .memberUnknown, .stop,
            "no patient of \(terms.clinic.name) is known to be a member of \(terms.payer.name) with that id",
            hint: "check the id and its system; who is new is known after the next run or  pdex members import")
    }

    fileprivate static func ambiguous(_ what: String) -> Fault {
        Fault(
            .memberAmbiguous, .stop, "\(what) may be meant by that id",
            hint: "pdex members explain  tells why; link the right patient with  pdex members link , or ask by the "
                + "clinic's Patient id")
    }
}

/// Finds the clinic's patients who may be one member of the payer.
private struct Candidates {
    let terms: ExchangeTerms
    let identities: Identities
    let reader: any StoreReader

    /// The id of the one patient who is recognised as that member.
    func patient(who member: ResourceKey) throws -> String {
        let stager = Stager(clinicOf: terms, identities)
        let recognition = Recognition(terms: terms, identities: identities, reader: reader)
        var recognised: [String] = []
        var unsure = 0
        for key in try patients(of: member).sorted() {
            guard let staged = try reader.staged(key), let patient = try KnownPatient(key, stager, reader) else {
                continue
            }
            switch try recognition.outcome(for: patient) {
            case .recognised(_, let evidence) where evidence.member == member && evidence.via == nil:
                recognised.append(staged.id)
            case .unsure: unsure += 1
            case .recognised, .nobody: continue
            }
        }
        if recognised.count == 1 { return recognised[0] }
        guard recognised.isEmpty, unsure == 0 else {
            throw ExchangePipeline.ambiguous("\(recognised.count + unsure) patients of \(terms.clinic.name)")
        }
        throw ExchangePipeline.unknown(terms)
    }

    /// The patients to whom an operator's link, a rule or the payer's answer leads.
    private func patients(of member: ResourceKey) throws -> Set<ResourceKey> {
        let known = KnownMembers(
            links: MemberLinks(terms: terms, identities: identities), reader: reader)
        let portrait = try known.portrait(of: member)
        var found = Set(try reader.patients(answeredAs: member, terms.route))
        if let link = try reader.memberLink(to: member, terms.route) { found.insert(link.patient) }
        for rule in terms.matchBy where rule != .memberMatch {
            found.formUnion(try known.patients(portrait.values(rule), rule))
        }
        return found
    }
}
