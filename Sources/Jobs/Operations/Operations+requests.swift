public import PDex

extension Operations {
    /// One request, by its id, with its outcome so far. Throws `request.unknown`.
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

    /// The same for a request that `owner` made for one of the payers. Throws `request.unknown` for any other request,
    /// in the same words.
    public func show(
        request id: String, of owner: String, payers: Set<String>
    ) async throws -> MemberRequestDetail {
        let request = try await store.read { try $0.memberRequest(id) }
        guard let request, request.owner == owner, payers.contains(request.payer) else { throw Self.unknownRequest }
        return try await show(request: id)
    }

    /// Requests in some states, the first due first.
    public func memberRequests(
        in states: Set<MemberRequestState> = Set(MemberRequestState.allCases), limit: Int
    ) async throws -> [MemberRequest] {
        try await memberRequests(matching: MemberRequestFilter(states: states), limit: limit)
    }

    /// Requests that match, the first due first.
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

    /// Records, once per open request, that the last quarter of its time has begun; returns those newly recorded.
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

    /// Reopens requests that a process was answering when it ended; returns how many.
    func reclaimRequests() async throws -> Int {
        var count = 0
        // Read first: a request that ends after the store was read is still in progress there.
        let answered = underWay.all
        for request in try await memberRequests(in: [.inProgress], limit: 1000)
        where !answered.contains(request.id) && !underWay.contains(request.id) {
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

    /// One request; throws `request.unknown`.
    func known(request id: String) async throws -> MemberRequest {
        guard let request = try await store.read({ try $0.memberRequest(id) }) else { throw Self.unknownRequest }
        return request
    }

    private static let unknownRequest = Fault(
        .requestUnknown, .stop, "there is no member request of that id in the store", hint: "see  pdex requests list")
}
