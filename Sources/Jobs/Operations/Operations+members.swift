import FHIR
public import PDex
public import Pipeline

extension Operations {
    /// Reads the records of a job's payer again, and sends nothing.
    public func importMembers(job: String, mayBeEmpty: Bool = false) async throws -> ExchangePipeline.Import {
        let result = try await pipeline(job).importMembers(mayBeEmpty: mayBeEmpty)
        let entry = AuditEntry(
            at: clock.now(), actor: actor, action: "members.imported",
            reason: "job \(job): \(result.received) records, \(result.new) new, \(result.changed) changed")
        try await store.write { try $0.record(entry) }
        return result
    }

    /// Asks a job's payer, all at once, about the patients whom only it can identify (PDex `$bulk-member-match`).
    public func matchMembers(job: String, dryRun: Bool) async throws -> ExchangePipeline.Matching {
        try await pipeline(job).matchMembers(by: actor, dryRun: dryRun)
    }

    /// Fetches the data of a Group of a job's payer into a folder (`$davinci-data-export`).
    public func fetch(
        _ fetching: ExchangePipeline.Fetching, into path: String, job: String
    ) async throws -> ExchangePipeline.Fetched {
        try await pipeline(job).fetch(fetching, into: path, by: actor)
    }

    /// A page of the members of a job's payer, ordered by key.
    public func members(job: String, after: ResourceKey?, limit: Int) async throws -> [MemberSummary] {
        let terms = try await pipeline(job).terms
        let identities = identities
        return try await store.read { reader in
            try reader.patients(ofSource: terms.payer.name, after: after, limit: limit)
                .map { try MemberSummary($0, terms: terms, identities: identities, reader) }
        }
    }

    /// One member of a job's payer, by its key or its id at the payer. Throws `member.unknown`.
    public func member(_ word: String, job: String) async throws -> MemberSummary {
        let terms = try await pipeline(job).terms
        let identities = identities
        return try await store.read { reader in
            let key = try Self.key(word, of: terms.payer.name, identities, reader)
            return try MemberSummary(key, terms: terms, identities: identities, reader)
        }
    }

    /// Why a patient, by key or by id at the clinic, is or is not taken for a member.
    public func explain(_ word: String, job: String, withValues: Bool) async throws -> MatchExplanation {
        let pipeline = try await pipeline(job)
        let identities = identities
        let clinic = pipeline.terms.clinic.name
        let key = try await store.read { try Self.key(word, of: clinic, identities, $0) }
        return try await pipeline.explain(patient: key, withValues: withValues)
    }

    /// Which of a patient's data the recorded consents permit now, and which they withhold.
    public func explainConsent(_ word: String, job: String) async throws -> ConsentExplanation {
        let pipeline = try await pipeline(job)
        let identities = identities
        let clinic = pipeline.terms.clinic.name
        let key = try await store.read { try Self.key(word, of: clinic, identities, $0) }
        return try await pipeline.explainConsent(patient: key)
    }

    /// Links a patient to a member on an operator's word, which overrides every rule.
    ///
    /// Throws `member.unknown`, and `match.taken` when another patient is linked to the member.
    public func link(_ patient: String, to member: String, job: String, reason: String) async throws -> MemberLink {
        try await decide(patient, member: member, job: job, reason: reason)
    }

    /// Keeps a patient apart from every member of the payer, on an operator's word. Throws `member.unknown`.
    public func unlink(_ patient: String, job: String, reason: String) async throws -> MemberLink {
        try await decide(patient, member: nil, job: job, reason: reason)
    }

    /// Forgets what an operator decided about a patient: the rules decide again. Throws `member.unknown`.
    public func undecide(_ patient: String, job: String, reason: String) async throws {
        let pipeline = try await pipeline(job)
        let terms = pipeline.terms
        let (identities, now, actor) = (identities, clock.now(), actor)
        try await store.write { writer in
            let key = try Self.key(patient, of: terms.clinic.name, identities, writer)
            let entry = AuditEntry(
                at: now, actor: actor, action: "member.undecided",
                reason: "patient \(key) of \(terms.clinic.name), \(terms.payer.name): \(reason)")
            try writer.undecide(key, terms.route, audit: entry)
            try pipeline.follow(decisionOn: key, nil, writer)
        }
    }

    private func decide(
        _ patient: String, member: String?, job: String, reason: String
    ) async throws -> MemberLink {
        let pipeline = try await pipeline(job)
        let terms = pipeline.terms
        let (identities, now, actor) = (identities, clock.now(), actor)
        return try await store.write { writer in
            let key = try Self.key(patient, of: terms.clinic.name, identities, writer)
            let found = try member.map { try Self.key($0, of: terms.payer.name, identities, writer) }
            let link = MemberLink(
                route: terms.route, patient: key, member: found, reason: reason, actor: actor, at: now)
            let who = "patient \(key) of \(terms.clinic.name), "
            let what = found.map { "member \($0) of \(terms.payer.name)" } ?? "no member of \(terms.payer.name)"
            let entry = AuditEntry(
                at: now, actor: actor, action: found == nil ? "member.unlinked" : "member.linked",
                reason: who + what + ": " + reason)
            try writer.decide(link, audit: entry)
            try pipeline.follow(decisionOn: key, found, writer)
            return link
        }
    }

    /// A person's key, given as the key itself or as the id at its server.
    private static func key(
        _ word: String, of source: String, _ identities: Identities, _ reader: any StoreReader
    ) throws -> ResourceKey {
        for key in [identities.key(source: source, type: "Patient", id: word), ResourceKey(word)].compactMap(\.self) {
            if let staged = try reader.staged(key), staged.source == source, staged.type == "Patient" { return key }
            if try !reader.compartmentHashes(of: key).isEmpty, try reader.staged(key) == nil { return key }
        }
        throw Fault(
            .memberUnknown, .stop, "\(source) has no such Patient in the store",
            hint: "give the id at \(source) or the key that pdex shows, after a first run or import")
    }
}
