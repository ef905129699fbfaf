import FHIR
import PDex

/// Finds the payer's member who is one of the clinic's patients: by an operator's word, or from the links of both
/// sides.
struct Recognition {
    /// The result of looking.
    enum Outcome {
        case recognised(CoveredMember, MatchEvidence)
        case nobody(FaultCode, String)
        /// Carries the evidence of a merge that was undone, so that the patient stays parked until an operator decides.
        case unsure(FaultCode, String, MatchEvidence? = nil)
    }

    let links: MemberLinks
    let reader: any MemberReader
    /// Receives each step in words without PHI, if not nil.
    var note: ((String) -> Void)?

    init(links: MemberLinks, reader: any MemberReader) {
        self.links = links
        self.reader = reader
    }

    init(terms: ExchangeTerms, identities: Identities, reader: any MemberReader) {
        self.init(links: MemberLinks(terms: terms, identities: identities), reader: reader)
    }

    private var terms: ExchangeTerms { links.terms }
    private var identities: Identities { links.identities }
    private var traits: MemberTraits { MemberTraits(numbers: terms.numbers) }
    private var stager: Stager { Stager(clinicOf: terms, identities) }

    /// Decides for one patient.
    func outcome(for patient: KnownPatient) throws -> Outcome {
        if let decided = try decided(for: patient.key, via: nil) { return decided }
        let before = try reader.latestExchange(member: patient.key, payer: terms.payer.name)?.match
        switch try Succession(links: links, reader: reader).outcome(for: patient, before: before) {
        case .itself:
            return try ruled(patient, via: nil)
        case .survivor(let survivor):
            let key = survivor.key
            note?("the clinic merged it into patient \(key), who is recognised in its place")
            return try decided(for: key, via: key) ?? ruled(survivor, via: key)
        case .unclear(let code, let why):
            note?("\(code.rawValue): \(why)")
            return .unsure(code, why, code == .matchUnmerged ? before : nil)
        }
    }

    /// Whether only the payer can say who a patient is: no operator has decided, the chart stands for itself, and the
    /// rules before `member-match` find nobody. If they find several or a contradiction, the payer is not asked.
    func isForThePayer(_ patient: KnownPatient) throws -> Bool {
        let key = patient.key
        guard try reader.memberLink(of: key, terms.route) == nil else { return false }
        let before = try reader.latestExchange(member: key, payer: terms.payer.name)?.match
        guard case .itself = try Succession(links: links, reader: reader).outcome(for: patient, before: before) else {
            return false
        }
        let known = KnownMembers(links: links, reader: reader)
        return try match(
            key, traits.of(patient: patient.facts), by: terms.matchBy.prefix { $0 != .memberMatch }, known) == .none
    }

    /// An operator's decision; nil when there is none.
    private func decided(for patient: ResourceKey, via: ResourceKey?) throws -> Outcome? {
        guard let link = try reader.memberLink(of: patient, terms.route) else { return nil }
        guard let member = link.member else {
            note?("an operator keeps it apart from every member: \(link.reason)")
            return .nobody(.matchApart, "an operator keeps this patient apart from every member of \(terms.payer.name)")
        }
        note?("an operator linked it to member \(member): \(link.reason)")
        let covered = try CoveredMember(member, terms: terms, identities: identities, reader)
        return .recognised(
            covered, MatchEvidence(member: member, rule: MatchEvidence.byOperator, value: nil, via: via))
    }

    private func ruled(_ patient: KnownPatient, via: ResourceKey?) throws -> Outcome {
        let known = KnownMembers(links: links, reader: reader)
        let portrait = traits.of(patient: patient.facts)
        let asked = terms.matchBy.contains(.memberMatch)
        let answer = try asked ? reader.memberMatch(of: patient.key, terms.route) : nil
        if asked { note?(answer?.words ?? "member-match: \(terms.payer.name) was not asked") }
        let match = try match(patient.key, portrait, by: terms.matchBy[...], known)
        if answer?.outcome == .several, !isDecidedBeforeAsking(match) {
            return .unsure(.matchAmbiguous, "\(terms.payer.name) says that several of its members may be meant")
        }
        guard case .member(let key, let rule) = match else { return told(match) }
        if let link = try reader.memberLink(to: key, terms.route), link.patient != patient.key {
            note?("an operator linked that member to patient \(link.patient)")
            return .unsure(.matchAmbiguous, "an operator linked the member to another patient")
        }
        let covered = try known.member(key)
        let shared =
            rule == .memberMatch
            ? Set([answer?.identifier?.token].compactMap(\.self))
            : Set(portrait.values(rule)).intersection(try known.portrait(of: key).values(rule))
        let value = shared.min().map { identities.linkKey(source: terms.payer.name, by: rule.rawValue, value: $0) }
        return .recognised(covered, MatchEvidence(member: key, rule: rule.rawValue, value: value, via: via))
    }

    private func match(
        _ key: ResourceKey, _ portrait: Portrait, by rules: ArraySlice<MatchRule>, _ known: KnownMembers
    ) throws -> CoverageMatch {
        try CoverageMatch.deciding(
            for: key, by: Array(rules),
            agrees: { try !portrait.contradicts(known.portrait(of: $0), by: $1) },
            isProven: { try portrait.isComparable(to: known.portrait(of: $0), by: $1) },
            meets: { try portrait.shares(with: known.portrait(of: $0), by: $1) },
            members: { rule in
                guard rule == .memberMatch else { return try known.members(portrait.values(rule), rule) }
                return Set([try reader.memberMatch(of: key, terms.route)?.member].compactMap(\.self))
            },
            claimants: { try claimants(of: $0, $1, besides: key, known) },
            note: { note?($0.words) })
    }

    /// Whether a rule before `member-match` decided, or the match is open anyway.
    private func isDecidedBeforeAsking(_ match: CoverageMatch) -> Bool {
        switch match {
        case .none: false
        case .member(_, let rule): terms.matchBy.prefix { $0 != .memberMatch }.contains(rule)
        case .ambiguous, .claimed, .contradicted, .unproven: true
        }
    }

    private func told(_ match: CoverageMatch) -> Outcome {
        let (clinic, payer) = (terms.clinic.name, terms.payer.name)
        switch match {
        case .none, .member:
            return .nobody(.coverageMissing, "no coverage with \(payer)")
        case .ambiguous(let rule, let count):
            return .unsure(.matchAmbiguous, "\(count) members of \(payer) match by \(rule.rawValue)")
        case .claimed(let rule, let count):
            return .unsure(
                .matchAmbiguous,
                "\(count) patients of \(clinic) may be the member of \(payer) that matches by \(rule.rawValue)")
        case .contradicted(let rule):
            return .unsure(
                .matchContradicted,
                "the member of \(payer) that matches by \(rule.rawValue) is somebody else by what else is known")
        case .unproven(let rule):
            return .unsure(
                .matchUnproven,
                "\(clinic) or \(payer) has no name or no birth date to hold \(rule.rawValue) against")
        }
    }

    /// The clinic's patients to whom a rule leads from the member.
    ///
    /// A patient who cannot be the member may have the family's number, but makes no claim; neither does one whom an
    /// operator has linked elsewhere.
    private func claimants(
        of member: ResourceKey, _ rule: MatchRule, besides patient: ResourceKey, _ known: KnownMembers
    ) throws -> Set<ResourceKey> {
        let portrait = try known.portrait(of: member)
        let led =
            rule == .memberMatch
            ? Set(try reader.patients(answeredAs: member, terms.route))
            : try known.patients(portrait.values(rule), rule)
        return try led.filter { other in
            if other == patient { return true }
            if let link = try reader.memberLink(of: other, terms.route), link.member != member { return false }
            guard let claimant = try KnownPatient(other, stager, reader)?.facts.person, let person = portrait.person
            else { return true }
            return !claimant.contradicts(person)
        }
    }
}

extension MemberMatch {
    /// The outcome of asking, without naming anybody.
    fileprivate var words: String {
        "member-match: \(detail), on \(at.text.prefix(10)) after \(attempts == 1 ? "1 question" : "\(attempts) questions")"
    }
}

extension MatchStep {
    /// What happened, without naming anybody; if an operator has to decide, the keys in question.
    fileprivate var words: String {
        let count = members.count == 1 ? "1 member" : "\(members.count) members"
        let start = "\(rule.rawValue): \(count)"
        switch verdict {
        case .nobody: return start + "; the next rule is asked"
        case .several: return start + " (\(Self.told(members))); a weaker rule must not choose among them"
        case .anotherPerson: return start + ", but birth date, gender, name or address are another person's"
        case .unproven: return start + ", but one side has no name or no birth date to compare"
        case .claimed(let patients):
            return start + ", to whom \(patients.count) patients (\(Self.told(patients))) have as good a claim"
        case .elsewhere(let rule): return start + ", but \(rule.rawValue) leads to somebody else"
        case .recognised: return start + ", and nothing speaks against it"
        }
    }

    /// Most keys listed.
    private static let mostTold = 10

    private static func told(_ keys: Set<ResourceKey>) -> String {
        let told = keys.sorted().prefix(mostTold).map(\.description).joined(separator: ", ")
        return keys.count > mostTold ? "\(told) and \(keys.count - mostTold) more" : told
    }
}
