import FHIR
public import PDex
import Pipeline

extension Operations {
    /// Accepts a demand and stores it, so that it is answered whatever happens. A known demand is not stored twice: it
    /// gets the first answer, even if its member no longer matches a patient.
    ///
    /// Throws `request.invalid` for a job that takes no requests, a malformed id or types that the job does not name,
    /// `request.desk-full` when more requests are open than `bounds` allow, `request.conflict` when the same key came
    /// with another demand, whatever ``ExchangePipeline/patient(ofMember:)`` throws for a member's id, and
    /// `request.too-many-unknown` to a holder who tries ids out.
    public func accept(
        _ demand: MemberDemand, by job: Job, within bounds: DeskBounds = .none
    ) async throws -> MemberRequest {
        let now = clock.now()
        if demand.key != nil, demand.memberID != nil, job.allowsRequests {
            let same = try await request(demand, by: job, at: now)
            if let kept = try await store.read({ try $0.memberRequest(same.id) }), kept.asksInTheSameWords(as: same) {
                return kept
            }
        }
        let demand = try await resolved(demand, by: job)
        try Self.check(demand, job)
        try await refuseKey(in: demand, by: job)
        let request = try await request(demand, by: job, at: now)
        // A refusal need not wait for the store's writer; the check is repeated in the transaction.
        if bounds != .none { try await store.read { try bounds.demandRoom(for: request, $0) } }
        let kept = try await store.write { [actor] in
            try bounds.demandRoom(for: request, $0)
            return try $0.accept(
                request,
                audit: AuditEntry(at: now, actor: actor, action: "request.accepted", reason: request.id))
        }
        guard kept.asksTheSame(as: request) else {
            throw Fault(
                .requestConflict, .stop, "the idempotency key of this request came with another demand before",
                hint: "give a new key with a new demand; the earlier one is \(kept.id)")
        }
        return kept
    }

    private func request(_ demand: MemberDemand, by job: Job, at now: Instant) async throws -> MemberRequest {
        var request = MemberRequest(
            id: try await id(of: demand, by: job, at: now),
            job: job.name, payer: job.payer, owner: demand.holder, patient: demand.patient, since: demand.since,
            types: demand.types.sorted(), accepted: now,
            due: job.answerTime.due(after: now, in: calendar))
        request.asked = demand.memberID.map { identities.derived("member-demand", job.payer, $0) }
        return request
    }

    /// The demand with the clinic's Patient in place of the payer's member. The patient found here stays: later changes
    /// of the index do not redirect a request to another person.
    private func resolved(_ demand: MemberDemand, by job: Job) async throws -> MemberDemand {
        guard let member = demand.memberID, job.allowsRequests else { return demand }
        if let holder = demand.holder, let refusal = missed.begin(holder, at: clock.now()) {
            try await refuse(holder, refusal)
        }
        var resolved = demand
        do {
            resolved.patient = try await pipeline(job.name).patient(ofMember: member)
        } catch let fault as Fault where [.memberUnknown, .memberAmbiguous].contains(fault.code) {
            if let holder = demand.holder { missed.end(holder, isMiss: true) }
            // Recorded, so that a holder who tries out ids to learn who is a patient here shows in the trail.
            let holder = demand.holder.map { " of token holder \($0)" } ?? ""
            let entry = AuditEntry(
                at: clock.now(), actor: actor, action: "request.refused", reason: fault.code.rawValue + holder)
            try await store.write { try $0.record(entry) }
            throw fault
        } catch {
            if let holder = demand.holder { missed.end(holder, isMiss: false) }
            throw error
        }
        if let holder = demand.holder { missed.end(holder, isMiss: false) }
        return resolved
    }

    /// Refuses to look up another member, in the same words for every member.
    private func refuse(_ holder: String, _ refusal: MissedMembers.Refusal) async throws {
        let fault = Fault(
            .requestTooManyUnknown, .retry, "\(MissedMembers.most) members whom nobody is taken for were asked for",
            hint: "check the ids; others are looked up again in \(refusal.afterSeconds) s",
            retryAfterSeconds: refusal.afterSeconds)
        if refusal.isFirst {
            let entry = AuditEntry(
                at: clock.now(), actor: actor, action: "request.refused",
                reason: "\(fault.code.rawValue) of token holder \(holder), for \(refusal.afterSeconds) s")
            try await store.write { try $0.record(entry) }
        }
        throw fault
    }

    /// The same id for the same demand: derived from its idempotency key, which is scoped to its holder.
    private func id(of demand: MemberDemand, by job: Job, at now: Instant) async throws -> String {
        guard let key = demand.key else {
            return identities.derived("member-request", job.name, "at \(now.text) \(demand)")
        }
        guard let holder = demand.holder else {
            return identities.derived("member-request", job.name, "key " + key)
        }
        // An earlier version scoped keys to the job as well: requests that it accepted keep their ids.
        let former = identities.derived("member-request", job.name, "key of", holder, key)
        if try await store.read({ try $0.memberRequest(former) }) != nil { return former }
        return identities.derived("member-request", "key of", holder, key)
    }

    /// A key of the store is no id at the clinic, though it looks like one: nobody would be found under it. A clinic may
    /// have ids that look like keys.
    private func refuseKey(in demand: MemberDemand, by job: Job) async throws {
        let (word, identities) = (demand.patient, identities)
        guard ResourceKey(word) != nil else { return }
        try await store.read { reader in
            let named = identities.key(source: job.clinic, type: "Patient", id: word)
            guard try !Self.isPerson(named, of: job.clinic, reader) else { return }
            if let patient = try Self.keyed(word, of: job.clinic, reader) {
                throw Fault(
                    .requestInvalid, .stop,
                    "the patient is named by a key of this store, which \(job.clinic) does not know",
                    hint: "give the Patient's id at \(job.clinic):  pdex audit export --member \(patient)  names it")
            }
            if try Self.keyed(word, of: job.payer, reader) != nil {
                throw Fault(
                    .requestInvalid, .stop,
                    "that is the key of a member of \(job.payer), and no Patient of \(job.clinic)",
                    hint: "give the plan's member id with --member, or the id of \(job.clinic) with --patient")
            }
        }
    }

    private static func check(_ demand: MemberDemand, _ job: Job) throws(Fault) {
        guard job.allowsRequests else {
            throw Fault(
                .requestInvalid, .stop, "the job \(job.name) does not take requests",
                hint: "say  on: { request: true }  in its file")
        }
        guard demand.namesAPatient else {
            throw Fault(
                .requestInvalid, .stop, "the member is not named by a FHIR id",
                hint: "give the Patient's id at the clinic: at most 64 letters, digits, dots and dashes")
        }
        let strange = demand.types.filter { !job.selection.types.contains($0) }
        guard strange.isEmpty else {
            throw Fault(
                .requestInvalid, .stop, "\(strange.count) of the types are not among those of the job \(job.name)",
                hint: "the job sends \(job.selection.types.joined(separator: ", "))")
        }
    }
}
