import FHIR
public import PDex

extension Operations {
    /// One request, by its id, with its outcome so far. Throws `request.unknown`.
    public func show(request id: String) async throws -> MemberRequestDetail {
        let request = try await known(request: id)
        let identities = identities
        return try await store.read { try Self.detail(request, identities, $0) }
    }

    /// A request with its outcome so far.
    static func detail(
        _ request: MemberRequest, _ identities: Identities, _ reader: any StoreReader
    ) throws -> MemberRequestDetail {
        let run = try request.run.flatMap(reader.run)
        let exchange = try run.flatMap { run in
            try Self.exchange(
                of: identities.key(source: run.clinic, type: "Patient", id: request.patient), in: run, reader)
        }
        let progress = try exchange.flatMap { try reader.progress(ofExchange: $0.id) }
        return MemberRequestDetail(
            request: request, run: run, exchange: exchange, bundles: progress?.submissions ?? [])
    }

    /// The exchange that a request's run made or met, or that took its place. Where that found nothing new it is the one
    /// that the payer had acknowledged last by then; what came before a run that failed, or has made nothing yet, is no
    /// answer.
    private static func exchange(
        of member: ResourceKey, in run: Run, _ reader: any StoreReader
    ) throws -> Exchange? {
        let own = ExchangeFilter(member: member, payer: run.payer, run: run.id)
        if let exchange = try reader.exchanges(matching: own, limit: 1).first {
            return try successor(of: exchange, reader)
        }
        guard hasFoundNothingNew(run) else { return nil }
        let before = ExchangeFilter(
            states: [.acknowledged], member: member, payer: run.payer, until: run.instant.adding(milliseconds: 1))
        return try reader.exchanges(matching: before, limit: 1).first
    }

    /// The exchange that took the place of a superseded one, the first after it that was not superseded itself; any
    /// other exchange stands for itself.
    private static func successor(of exchange: Exchange, _ reader: any StoreReader) throws -> Exchange {
        guard exchange.reason == .superseded else { return exchange }
        let filter = ExchangeFilter(member: exchange.member, payer: exchange.payer)
        let later = try reader.lines(ofExchangesMatching: filter, limit: mostOfAMember).prefix { $0.id != exchange.id }
        guard let next = later.last(where: { $0.reason != .superseded }) else { return exchange }
        return try reader.exchange(next.id) ?? exchange
    }

    /// More exchanges than any member has with one payer.
    private static let mostOfAMember = 10_000

    private static func hasFoundNothingNew(_ run: Run) -> Bool {
        let report = try? JSONParser.parse(run.summary)
        return (report?["exchanges"]?["unchanged"]?.number?.int ?? 0) > 0
    }

    /// The same of what one holder of a token asked for some payers. Throws `request.unknown` for everything else, in
    /// the same words.
    public func show(
        request id: String, of owner: String, payers: Set<String>
    ) async throws -> MemberRequestDetail {
        let request = try await store.read { try $0.memberRequest(id) }
        guard let request, request.owner == owner, payers.contains(request.payer) else { throw Self.unknownRequest }
        return try await show(request: id)
    }

    /// Requests in some states, in the order of their places.
    public func memberRequests(
        in states: Set<MemberRequestState> = Set(MemberRequestState.allCases), limit: Int
    ) async throws -> [MemberRequest] {
        try await memberRequests(matching: MemberRequestFilter(states: states), limit: limit)
    }

    /// Requests that match, in the order of their places.
    public func memberRequests(matching filter: MemberRequestFilter, limit: Int) async throws -> [MemberRequest] {
        try await store.read { try $0.memberRequests(matching: filter, limit: limit) }
    }

    /// How many requests match.
    public func count(memberRequestsMatching filter: MemberRequestFilter) async throws -> Int {
        try await store.read { try $0.count(memberRequestsMatching: filter) }
    }

    /// Requests that may be begun, at most `limit` for each payer: none waits behind another payer's.
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

    /// Tells of each request without an answer, for good, once that its last quarter of time has begun and once that it is
    /// late; returns those told of now.
    func requestsAtRisk(limit: Int) async throws -> [MemberRequest] {
        let now = clock.now()
        let actor = actor
        // Late ones first: who is told that is not told that it may be.
        let late = MemberRequestFilter.unanswered.map { filter in
            var filter = filter
            (filter.dueBefore, filter.isUntoldSinceDue) = (now, true)
            return filter
        }
        let atRisk = MemberRequestFilter.unanswered.map { filter in
            var filter = filter
            (filter.atRiskBy, filter.isUnwarned) = (now, true)
            return filter
        }
        let filters = late + atRisk
        // Mostly there is none, and nobody else has to wait for that.
        let isAny = try await store.read { reader in
            try filters.contains { try !reader.memberRequests(matching: $0, limit: 1).isEmpty }
        }
        guard isAny else { return [] }
        return try await store.write { writer in
            var told: [MemberRequest] = []
            for filter in filters {
                for request in try writer.memberRequests(matching: filter, limit: limit) {
                    let entry = AuditEntry(
                        at: now, actor: actor, action: now > request.due ? "request.late" : "request.at-risk",
                        run: request.run, reason: request.id)
                    try writer.warned(memberRequest: request.id, at: now, audit: entry)
                    told.append(request)
                }
            }
            return told
        }
    }

    /// Takes a request back, together with whatever its run has made but not begun to send. A bundle being sent at this
    /// moment may still arrive; a service that is answering the request stops.
    ///
    /// Throws `request.unknown`, and `request.not-open` when it has ended.
    public func cancel(request id: String, reason: String) async throws -> MemberRequest {
        _ = try await known(request: id)
        let isCancelled = try await move(id, to: .cancelled, reason: .cancelledByOperator, why: reason) { writer in
            guard let run = try writer.memberRequest(id)?.run else { return }
            let open = ExchangeFilter(states: [.queued, .submitted, .retrying], run: run)
            // Not an exchange that its run only met: that is another run's.
            for exchange in try writer.exchanges(matching: open, limit: Self.mostOfARequest) where exchange.run == run {
                _ = try takeBack(exchange, as: .requestTakenBack, reason: reason, writer)
            }
        }
        guard isCancelled else {
            throw Fault(
                .requestNotOpen, .stop, "request \(id) has ended: it cannot be cancelled",
                hint: "there is nothing left to take back")
        }
        return try await known(request: id)
    }

    /// More exchanges than any run for one member has.
    private static let mostOfARequest = 100

    /// Completes the requests whose run has ended and of which nothing waits to be delivered any more, whichever process
    /// delivered it; returns those.
    public func settleRequests() async throws -> [MemberRequest] {
        var settled: [MemberRequest] = []
        let answered = underWay.all
        let resting = MemberRequestFilter(states: [.inProgress], progress: .rests)
        for request in try await memberRequests(matching: resting, limit: 1000)
        where !answered.contains(request.id) && !underWay.contains(request.id) {
            if try await move(request.id, to: .completed) { settled.append(request) }
        }
        return settled
    }

    /// Does work that may deliver what requests wait for, and settles those also when it fails, since no service need run;
    /// what cannot be settled now is settled later.
    public func settling<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            let value = try await work()
            _ = try? await settleRequests()
            return value
        } catch {
            _ = try? await settleRequests()
            throw error
        }
    }

    /// Makes requests answerable again that a process which has ended was answering; returns how many. Those whose run
    /// has ended wait for their deliveries and need no other.
    func reclaimRequests() async throws -> Int {
        var count = 0
        // Read first: a request that ends after the store was read is still in progress there.
        let answered = underWay.all
        let unrun = MemberRequestFilter(states: [.inProgress], progress: .unrun)
        for request in try await memberRequests(matching: unrun, limit: 1000)
        where !answered.contains(request.id) && !underWay.contains(request.id) {
            let run = try await store.read { reader in try request.run.flatMap(reader.run) }
            guard let run, isAbandoned(run) else { continue }
            await close(run, RunFailure(run, .failed, Fault(.interrupted, .stop, "the process ended")).report)
            if try await move(request.id, to: .requested) { count += 1 }
        }
        return count
    }

    func isAbandoned(_ run: Run) -> Bool {
        run.owner == owner ? !underWay.contains(run.id) : ownerIsGone(run.owner)
    }

    /// One request; throws `request.unknown`.
    func known(request id: String) async throws -> MemberRequest {
        guard let request = try await store.read({ try $0.memberRequest(id) }) else { throw Self.unknownRequest }
        return request
    }

    private static let unknownRequest = Fault(
        .requestUnknown, .stop, "there is no member request of that id in the store", hint: "see  pdex requests list")
}
