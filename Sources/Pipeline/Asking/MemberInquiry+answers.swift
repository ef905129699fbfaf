import FHIR
import PDex

extension MemberInquiry {
    /// Stores the payer's answer; a member that it names by an identifier is looked up at the payer (MM-14).
    func settle(_ match: inout MemberMatch, by answer: MemberMatchAnswer) async throws {
        let name = terms.payer.name
        switch answer {
        case .member(let identifier, let patient):
            try await found(identifier, patient, &match)
        case .nobody: (match.outcome, match.detail) = (.nobody, "\(name) knows nobody who is meant")
        case .several: (match.outcome, match.detail) = (.several, "\(name) has several members who may be meant")
        case .consentRefused:
            (match.outcome, match.detail) = (.consentRefused, "\(name) cannot go by the consent that came along")
        case .refused(let status):
            (match.outcome, match.detail) = (.refused, "\(name) answered \(status) and does not say why")
        case .unusable(let why):
            (match.outcome, match.detail) = (.refused, "the answer of \(name) cannot be used: \(why)")
            await tally.noted(.remoteMalformed)
        }
        try await keep(match, "match.answered")
    }

    private func found(_ identifier: Identifier, _ patient: String?, _ match: inout MemberMatch) async throws {
        let named = if let patient { [patient] } else { try await ids(identifiedBy: identifier) }
        guard named.count <= 1 else {
            (match.outcome, match.detail) = (.several, "the identifier that \(terms.payer.name) gave leads to several")
            return
        }
        guard let member = try await member(named.first, identifier) else {
            (match.outcome, match.detail) = (
                .refused, "the identifier that \(terms.payer.name) gave leads to nobody there"
            )
            return
        }
        (match.outcome, match.member, match.identifier) = (.matched, member, identifier)
        match.detail = "\(terms.payer.name) says that it is member \(member)"
    }

    /// The ids of the payer's Patients that have an identifier.
    private func ids(identifiedBy identifier: Identifier) async throws -> [String] {
        guard let token = identifier.token else { return [] }
        var ids: Set<String> = []
        await tally.requested()
        let page = try await payer.search(SearchQuery("Patient", [.init("identifier", token)]))
        for entry in page.entries where entry.mode == .match {
            guard let scan = try? ResourceScan.scan(entry.bytes), scan.type == "Patient" else { continue }
            ids.insert(scan.id)
        }
        // Another page holds at least one more: the empty id stands for it.
        return page.next == nil ? ids.sorted() : ids.sorted() + [""]
    }

    /// The member's staged key: by its id or, where the records come from a file with other ids, by the number.
    private func member(_ id: String?, _ identifier: Identifier) async throws -> ResourceKey? {
        let (source, identities) = (terms.payer.name, identities)
        let known = id.map { identities.key(source: source, type: "Patient", id: $0) }
        return try await store.read { reader in
            if let known, try !reader.compartmentHashes(of: known).isEmpty { return known }
            guard let token = identifier.token else { return known }
            let link = identities.linkKey(source: source, by: MatchRule.memberID.rawValue, value: token)
            let led = try reader.members(linkedBy: link)
            return led.count == 1 ? led.first : known
        }
    }

    /// Writes a state and its audit entry together.
    func keep(_ match: MemberMatch, _ action: String) async throws {
        let entry = audited(match, action)
        try await store.write { try $0.keep(match, audit: entry) }
    }

    /// The audit entry for a state.
    func audited(_ match: MemberMatch, _ action: String) -> AuditEntry {
        AuditEntry(
            at: clock.now(), actor: actor, action: action, run: run?.id,
            reason: "patient \(match.patient) of \(terms.clinic.name), \(terms.payer.name): "
                + "question \(match.attempts) of \(terms.inquiry.attempts), \(match.outcome.rawValue)")
    }
}
