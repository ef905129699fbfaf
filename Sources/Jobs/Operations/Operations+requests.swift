import FHIR
public import PDex
public import Pipeline

extension Operations {
    /// Accepts a demand and keeps it, so that it is answered whatever happens; one that is known already is not kept
    /// twice.
    ///
    /// Throws `request.invalid` for a job that takes no requests, an id that is none or types that the job does not
    /// name, and `request.conflict` when the same key came with another demand.
    public func accept(_ demand: MemberDemand, by job: Job) async throws -> MemberRequest {
        try Self.check(demand, job)
        let now = clock.now()
        let request = MemberRequest(
            id: id(of: demand, by: job, at: now),
            job: job.name, patient: demand.patient, since: demand.since, types: demand.types.sorted(), accepted: now,
            due: job.answerTime.due(after: now, in: calendar))
        let kept = try await store.write { [actor] in
            try $0.accept(
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

    /// The same for what is the same demand: by its key, which is one of its holder's alone.
    private func id(of demand: MemberDemand, by job: Job, at now: Instant) -> String {
        guard let key = demand.key else {
            return identities.derived("member-request", job.name, "at \(now.text) \(demand)")
        }
        guard let holder = demand.keyHolder else {
            return identities.derived("member-request", job.name, "key " + key)
        }
        return identities.derived("member-request", job.name, "key of", holder, key)
    }

    /// Answers an accepted request in this process, and returns what its run came to.
    ///
    /// What fails for good ends it as failed; what may work later leaves it accepted. Throws ``RunFailure``, and
    /// `request.not-open` when it has ended or somebody else answers it.
    public func answer(_ id: String) async throws -> RunReport {
        let request = try await known(request: id)
        let pipeline = try await pipeline(request.job)
        let run = newRun(of: pipeline.terms, .request, at: clock.now(), about: request.id)
        guard try await move(id, to: .inProgress, run: run) else {
            throw Fault(
                .requestNotOpen, .stop, "request \(id) is not waiting to be answered",
                hint: "pdex requests show \(id)  tells where it stands")
        }
        do {
            let report = try await carry(run, goesOn: false) {
                try await pipeline.request(
                    member: request.patient, since: request.since, types: request.types, run: run)
            }
            _ = try await move(id, to: .completed)
            return report
        } catch let failure as RunFailure {
            let mayWorkLater = failure.fault.disposition == .retry
            _ = try await move(
                id, to: mayWorkLater ? .requested : .failed, reason: mayWorkLater ? nil : failure.fault.code)
            throw failure
        } catch {
            await handBack(id)
            throw error
        }
    }

    /// One request, by its id, with what came of it. Throws `request.unknown`.
    public func show(request id: String) async throws -> MemberRequestDetail {
        let request = try await known(request: id)
        let identities = identities
        return try await store.read { reader in
            let run = try request.run.flatMap(reader.run)
            let exchange = try run.flatMap { run in
                try reader.latestExchange(
                    member: identities.key(source: run.clinic, type: "Patient", id: request.patient),
                    payer: run.payer)
            }
            return MemberRequestDetail(request: request, run: run, exchange: exchange)
        }
    }

    /// Requests in some states, those that are due first in front.
    public func memberRequests(
        in states: Set<MemberRequestState> = Set(MemberRequestState.allCases), limit: Int
    ) async throws -> [MemberRequest] {
        try await store.read { try $0.memberRequests(in: states, limit: limit) }
    }

    /// Takes a request back. What is being sent at this moment may still arrive; a service that answers it stops.
    ///
    /// Throws `request.unknown`, and `request.not-open` when it has ended.
    public func cancel(request id: String, reason: String) async throws -> MemberRequest {
        _ = try await known(request: id)
        guard try await move(id, to: .cancelled, reason: .cancelledByOperator, why: reason) else {
            throw Fault(
                .requestNotOpen, .stop, "request \(id) has ended: it cannot be cancelled",
                hint: "there is nothing left to take back")
        }
        return try await known(request: id)
    }

    /// Makes requests answerable again that a process which has ended was answering; returns how many.
    func reclaimRequests() async throws -> Int {
        var count = 0
        for request in try await memberRequests(in: [.inProgress], limit: 1000) {
            let run = try await store.read { reader in try request.run.flatMap(reader.run) }
            guard let run, isAbandoned(run) else { continue }
            await close(run, RunFailure(run, .failed, Fault(.interrupted, .stop, "the process ended")).report)
            if try await move(request.id, to: .requested) { count += 1 }
        }
        return count
    }

    private func isAbandoned(_ run: Run) -> Bool {
        run.owner == owner ? !underWay.contains(run.id) : ownerIsGone(run.owner)
    }

    private func known(request id: String) async throws -> MemberRequest {
        guard let request = try await store.read({ try $0.memberRequest(id) }) else {
            throw Fault(
                .requestUnknown, .stop, "there is no member request of that id in the store",
                hint: "see  pdex requests list")
        }
        return request
    }

    /// Moves a request on, and with it opens the run that answers it; false when its state does not lead there.
    private func move(
        _ id: String, to state: MemberRequestState, run: Run? = nil, reason: FaultCode? = nil, why: String? = nil
    ) async throws -> Bool {
        let now = clock.now()
        let entry = AuditEntry(
            at: now, actor: actor, action: run == nil ? "request." + state.rawValue : "run.requested", run: run?.id,
            reason: [id, why].compactMap(\.self).joined(separator: ": "))
        return try await store.write { writer in
            guard
                try writer.advance(
                    memberRequest: id, to: state, run: run?.id, reason: reason, at: now, audit: entry)
            else { return false }
            if let run { try writer.open(run) }
            return true
        }
    }

    /// Leaves a request to whoever comes next, also when this task has been cancelled.
    private func handBack(_ id: String) async {
        let moving = Task { try await move(id, to: .requested) }
        _ = await moving.result
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
