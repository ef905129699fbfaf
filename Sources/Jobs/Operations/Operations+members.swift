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

    /// One member of a job's payer, by its key or its id at the payer, or by the key of the patient who is taken for it.
    /// Throws `member.unknown`.
    public func member(_ word: String, job: String) async throws -> MemberSummary {
        let pipeline = try await pipeline(job)
        let (terms, identities) = (pipeline.terms, identities)
        let patient = try await store.read { reader in
            try Self.isPerson(word, of: terms.payer.name, identities, reader)
                ? nil : Self.keyed(word, of: terms.clinic.name, reader)
        }
        let named = if let patient { try await member(whoIs: patient, by: pipeline).description } else { word }
        return try await store.read { reader in
            let key = try Self.member(named, terms, identities, reader)
            return try MemberSummary(key, terms: terms, identities: identities, reader)
        }
    }

    /// The member for whom the rules take a patient.
    private func member(whoIs patient: ResourceKey, by pipeline: ExchangePipeline) async throws -> ResourceKey {
        if let member = try await pipeline.explain(patient: patient).evidence?.member { return member }
        let (clinic, payer) = (pipeline.terms.clinic.name, pipeline.terms.payer.name)
        throw Fault(
            .memberUnknown, .stop, "that is the key of a patient of \(clinic), who is taken for no member of \(payer)",
            hint: "pdex members explain \(patient)  tells why")
    }

    /// Why a patient, by its key or its id at the clinic, is or is not taken for a member.
    public func explain(_ word: String, job: String, withValues: Bool) async throws -> MatchExplanation {
        let pipeline = try await pipeline(job)
        let (terms, identities) = (pipeline.terms, identities)
        let key = try await store.read { try Self.patient(word, terms, identities, $0) }
        return try await pipeline.explain(patient: key, withValues: withValues)
    }

    /// Which of a patient's data the recorded consents permit now, and which they withhold.
    public func explainConsent(_ word: String, job: String) async throws -> ConsentExplanation {
        let pipeline = try await pipeline(job)
        let (terms, identities) = (pipeline.terms, identities)
        let key = try await store.read { try Self.patient(word, terms, identities, $0) }
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
            let key = try Self.patient(patient, terms, identities, writer)
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
            let key = try Self.patient(patient, terms, identities, writer)
            let found = try member.map { try Self.member($0, terms, identities, writer) }
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

    /// A patient's key, given as that or as the id at the clinic.
    private static func patient(
        _ word: String, _ terms: ExchangeTerms, _ identities: Identities, _ reader: any StoreReader
    ) throws -> ResourceKey {
        let (clinic, payer) = (terms.clinic.name, terms.payer.name)
        if let key = try person(word, of: clinic, identities, reader) { return key }
        guard let member = try keyed(word, of: payer, reader) else { throw unknown(at: clinic, called: "patient") }
        throw Fault(
            .memberUnknown, .stop, "that is the key of a member of \(payer), and of no patient of \(clinic)",
            hint: "pdex members show \(member)  shows it; give the patient's id at \(clinic), or the key that  pdex "
                + "exchanges show  calls patient")
    }

    /// The key of a payer's member, given as that or as the id at the payer.
    private static func member(
        _ word: String, _ terms: ExchangeTerms, _ identities: Identities, _ reader: any StoreReader
    ) throws -> ResourceKey {
        let (clinic, payer) = (terms.clinic.name, terms.payer.name)
        if let key = try person(word, of: payer, identities, reader) { return key }
        guard try keyed(word, of: clinic, reader) != nil else { throw unknown(at: payer, called: "member") }
        throw Fault(
            .memberUnknown, .stop, "that is the key of a patient of \(clinic), and of no member of \(payer)",
            hint: "give the member's id at \(payer), or its key as  pdex members list  shows it")
    }

    private static func unknown(at source: String, called what: String) -> Fault {
        Fault(
            .memberUnknown, .stop, "\(source) has no such Patient in the store",
            hint: "give the id at \(source), or the key that  pdex exchanges show  calls \(what), after a first run or "
                + "import")
    }

    /// The key of a person of one source, given as that or as the id there; nil when the source has no such.
    private static func person(
        _ word: String, of source: String, _ identities: Identities, _ reader: any StoreReader
    ) throws -> ResourceKey? {
        let named = identities.key(source: source, type: "Patient", id: word)
        return try isPerson(named, of: source, reader) ? named : keyed(word, of: source, reader)
    }

    private static func isPerson(
        _ word: String, of source: String, _ identities: Identities, _ reader: any StoreReader
    ) throws -> Bool {
        try person(word, of: source, identities, reader) != nil
    }

    /// The same, given as a key.
    static func keyed(_ word: String, of source: String, _ reader: any StoreReader) throws -> ResourceKey? {
        guard let key = ResourceKey(word) else { return nil }
        return try isPerson(key, of: source, reader) ? key : nil
    }

    /// Whether a key is that of a person of a source, staged or only known by what refers to it.
    static func isPerson(_ key: ResourceKey, of source: String, _ reader: any StoreReader) throws -> Bool {
        if let staged = try reader.staged(key) { return staged.source == source && staged.type == "Patient" }
        guard let other = try reader.compartmentHashes(of: key).first else { return false }
        return try reader.staged(other.key)?.source == source
    }
}
