import FHIR
public import PDex
public import Pipeline

extension Operations {
    /// Accepts a demand and keeps it, so that it is answered whatever happens; one that is known already is not kept
    /// twice, and is answered as it was the first time even if its member is nobody's any more.
    ///
    /// Throws `request.invalid` for a job that takes no requests, an id that is none or types that the job does not
    /// name, `request.desk-full` when more is open than `bounds` allow, `request.conflict` when the same key came with another
    /// demand, for a member's id what
    /// ``ExchangePipeline/patient(ofMember:)`` throws, and `request.too-many-unknown` to a holder who tries ids out.
    public func accept(
        _ demand: MemberDemand, by job: Job, within bounds: DeskBounds = .none
    ) async throws -> MemberRequest {
        let now = clock.now()
        if demand.key != nil, demand.memberID != nil, job.allowsRequests {
            let same = request(demand, by: job, at: now)
            if let kept = try await store.read({ try $0.memberRequest(same.id) }), kept.asksInTheSameWords(as: same) {
                return kept
            }
        }
        let demand = try await resolved(demand, by: job)
        try Self.check(demand, job)
        let request = request(demand, by: job, at: now)
        // Who is refused does not wait for the one who writes; who is not is asked again in the transaction.
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

    private func request(_ demand: MemberDemand, by job: Job, at now: Instant) -> MemberRequest {
        var request = MemberRequest(
            id: id(of: demand, by: job, at: now),
            job: job.name, payer: job.payer, owner: demand.holder, patient: demand.patient, since: demand.since,
            types: demand.types.sorted(), accepted: now,
            due: job.answerTime.due(after: now, in: calendar))
        request.asked = demand.memberID.map { identities.derived("member-demand", job.payer, $0) }
        return request
    }

    /// The demand by the clinic's Patient, if it is by the payer's member. Who was found stays found: what the index says
    /// later does not turn a request to somebody else.
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
            // Who goes through a list of ids to learn who is a patient here is seen in the trail.
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

    /// Refuses to look another member up, in the same words whoever it is.
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

    /// The same for what is the same demand: by its key, which is one of its holder's alone.
    private func id(of demand: MemberDemand, by job: Job, at now: Instant) -> String {
        guard let key = demand.key else {
            return identities.derived("member-request", job.name, "at \(now.text) \(demand)")
        }
        guard let holder = demand.holder else {
            return identities.derived("member-request", job.name, "key " + key)
        }
        return identities.derived("member-request", job.name, "key of", holder, key)
    }

    /// Answers an accepted request in this process, and returns what its run came to.
    ///
    /// What fails for good ends it as failed; what may work later leaves it accepted, at rest for a while. Throws
    /// ``RunFailure``, and `request.not-open` when it has ended or somebody else answers it.
    public func answer(_ id: String) async throws -> RunReport {
        let request = try await known(request: id)
        let pipeline: ExchangePipeline
        do {
            pipeline = try await self.pipeline(request.job)
        } catch let fault as Fault {
            try await rest(request, after: fault)
            throw fault
        }
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
            if failure.fault.disposition == .retry {
                _ = try await move(id, to: .requested, restingUntil: rested(request, after: failure.fault))
            } else {
                _ = try await move(id, to: .failed, reason: failure.fault.code)
            }
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
            let progress = try exchange.flatMap { try reader.progress(ofExchange: $0.id) }
            return MemberRequestDetail(
                request: request, run: run, exchange: exchange, bundles: progress?.submissions ?? [])
        }
    }

    /// The same of what one holder of a token asked for some payers. Throws `request.unknown` for everything else, in the
    /// same words.
    public func show(
        request id: String, of owner: String, payers: Set<String>
    ) async throws -> MemberRequestDetail {
        let request = try await store.read { try $0.memberRequest(id) }
        guard let request, request.owner == owner, payers.contains(request.payer) else { throw Self.unknownRequest }
        return try await show(request: id)
    }

    /// Requests in some states, those that are due first in front.
    public func memberRequests(
        in states: Set<MemberRequestState> = Set(MemberRequestState.allCases), limit: Int
    ) async throws -> [MemberRequest] {
        try await memberRequests(matching: MemberRequestFilter(states: states), limit: limit)
    }

    /// Requests that match, those that are due first in front.
    public func memberRequests(matching filter: MemberRequestFilter, limit: Int) async throws -> [MemberRequest] {
        try await store.read { try $0.memberRequests(matching: filter, limit: limit) }
    }

    /// How many requests match.
    public func count(memberRequestsMatching filter: MemberRequestFilter) async throws -> Int {
        try await store.read { try $0.count(memberRequestsMatching: filter) }
    }

    /// Those of each payer that may be begun, at most `limit` of each: no payer's wait behind another's.
    func readyRequests(limit: Int) async throws -> [(payer: String, requests: [MemberRequest])] {
        let ready = MemberRequestFilter(states: [.requested], readyAt: clock.now())
        return try await store.read { reader in
            try reader.payers(ofMemberRequestsMatching: ready).map { payer in
                var ofPayer = ready
                ofPayer.payers = [payer]
                return (payer, try reader.memberRequests(matching: ofPayer, limit: limit))
            }
        }
    }

    /// Tells once, for good, of each open request that its last quarter of time has begun; returns those told of.
    func requestsAtRisk(limit: Int) async throws -> [MemberRequest] {
        let now = clock.now()
        var filter = MemberRequestFilter.open
        (filter.atRiskBy, filter.isUnwarned) = (now, true)
        let (actor, atRisk) = (actor, filter)
        return try await store.write { writer in
            let found = try writer.memberRequests(matching: atRisk, limit: limit)
            for request in found {
                try writer.warned(
                    memberRequest: request.id, at: now,
                    audit: AuditEntry(
                        at: now, actor: actor, action: "request.at-risk", run: request.run, reason: request.id))
            }
            return found
        }
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
        guard let request = try await store.read({ try $0.memberRequest(id) }) else { throw Self.unknownRequest }
        return request
    }

    private static let unknownRequest = Fault(
        .requestUnknown, .stop, "there is no member request of that id in the store", hint: "see  pdex requests list")

    /// The wait before a request that failed for now is tried again; it doubles up to the longest.
    private static let rest = (firstSeconds: 5.0, longestSeconds: 600.0)

    /// Until when a request rests that has failed for now.
    private func rested(_ request: MemberRequest, after fault: Fault) -> Instant {
        var wait = Self.rest.firstSeconds
        for _ in 0..<request.attempts where wait < Self.rest.longestSeconds { wait *= 2 }
        wait = max(min(wait, Self.rest.longestSeconds), Double(fault.retryAfterSeconds ?? 0))
        return clock.now().adding(milliseconds: Int64(wait * 1000))
    }

    private func rest(_ request: MemberRequest, after fault: Fault) async throws {
        let until = rested(request, after: fault)
        try await store.write { try $0.rest(memberRequest: request.id, until: until) }
    }

    /// Moves a request on, and with it opens the run that answers it; false when its state does not lead there.
    private func move(
        _ id: String, to state: MemberRequestState, run: Run? = nil, reason: FaultCode? = nil, why: String? = nil,
        restingUntil rest: Instant? = nil
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
            if let rest { try writer.rest(memberRequest: id, until: rest) }
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
