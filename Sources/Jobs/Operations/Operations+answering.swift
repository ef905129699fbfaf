import FHIR
public import PDex
public import Pipeline

extension Operations {
    /// Answers an accepted request in this process, and returns the report of its run.
    ///
    /// What is about this request alone ends it as failed; anything else leaves it accepted, at rest for a while. It
    /// stays in progress while what the run made waits to be delivered (``settleRequests()``). Throws
    /// ``RunFailure``, and `request.not-open` when it has ended or somebody else answers it.
    public func answer(_ id: String) async throws -> RunReport { try await answered(id).report }

    /// Answers a request that was accepted a moment ago, or waits while another process does that was quicker: a service
    /// on the same store takes up what is accepted at once. What that hands back is answered here.
    ///
    /// Throws as ``answer(_:)`` does, and `request.not-open` for what had ended before.
    public func answer(accepted request: MemberRequest) async throws -> RequestAnswer {
        do {
            return .here(try await answer(request.id))
        } catch let fault as Fault where fault.code == .requestNotOpen && request.state.isOpen {
            var detail = try await show(request: request.id)
            while detail.isToBeCarried, !isLeft(detail) {
                // Waits for the other process.
                try await clock.sleep(seconds: 1)
                detail = try await show(request: request.id)
                guard detail.request.state == .requested, detail.isToBeCarried else { continue }
                if let report = try await answeredIfWaiting(request.id) { return .here(report) }
                detail = try await show(request: request.id)
            }
            return .elsewhere(detail)
        }
    }

    /// Answers a request; nil when another process was quicker.
    private func answeredIfWaiting(_ id: String) async throws -> RunReport? {
        do {
            return try await answer(id)
        } catch let fault as Fault where fault.code == .requestNotOpen {
            return nil
        }
    }

    /// Whether the process that was answering a request has ended before its run: nobody can say when another goes on.
    private func isLeft(_ detail: MemberRequestDetail) -> Bool {
        detail.request.state == .inProgress && detail.run.map { isAbandoned($0) } ?? false
    }

    /// The same; also whether the request is completed with it.
    func answered(_ id: String) async throws -> (report: RunReport, isCompleted: Bool) {
        let request = try await known(request: id)
        let pipeline: ExchangePipeline
        do {
            pipeline = try await self.pipeline(request.job)
        } catch let fault as Fault {
            try await rest(request, after: fault)
            throw fault
        }
        let run = newRun(of: pipeline.terms, .request, at: clock.now(), about: request.id)
        // Until its outcome is stored, the request must not be taken for abandoned.
        guard underWay.begin(id) else { throw Self.notWaiting(id) }
        defer { underWay.end(id) }
        guard try await move(id, to: .inProgress, run: run) else { throw Self.notWaiting(id) }
        do {
            let report = try await carry(run, goesOn: false, for: id) {
                try await pipeline.request(
                    member: request.patient, since: request.since, types: request.types, run: run)
            }
            // What is not settled here is settled later, and not run again.
            return (report, (try? await settle(id, by: run)) ?? false)
        } catch let failure as RunFailure {
            if Self.isOfTheRequest(failure.fault) {
                _ = try await move(id, to: .failed, reason: failure.fault.code)
            } else {
                _ = try await move(id, to: .requested, restingUntil: rested(request, after: failure.fault))
            }
            throw failure
        } catch {
            await handBack(id)
            throw error
        }
    }

    /// Completes a request if nothing that its run made or met waits to be delivered; false when something does.
    private func settle(_ id: String, by run: Run) async throws -> Bool {
        let resting = MemberRequestFilter(states: [.inProgress], run: run.id, progress: .rests)
        guard try await count(memberRequestsMatching: resting) > 0 else { return false }
        return try await move(id, to: .completed)
    }

    /// Whether a fault speaks of this member or of what was asked, and of nothing that others wait for, too: a key that
    /// is being replaced, a proxy that answers with a page of its own, or a store that somebody holds must not end
    /// whatever was accepted.
    private static func isOfTheRequest(_ fault: Fault) -> Bool {
        [.memberUnknown, .memberAmbiguous, .requestInvalid].contains(fault.code)
    }

    private static func notWaiting(_ id: String) -> Fault {
        Fault(
            .requestNotOpen, .stop, "request \(id) is not waiting to be answered",
            hint: "pdex requests show \(id)  tells where it stands")
    }

    /// The wait before a failed request is tried again; it doubles up to the longest.
    private static let rest = (firstSeconds: 5.0, longestSeconds: 600.0)

    /// The instant until which a request rests after a failure that may pass.
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

    /// Moves a request to another state and, in the same transaction, opens the run that answers it and does what else
    /// belongs to the move; false when its current state does not allow the move.
    func move(
        _ id: String, to state: MemberRequestState, run: Run? = nil, reason: FaultCode? = nil, why: String? = nil,
        restingUntil rest: Instant? = nil, also: @escaping @Sendable (any StoreWriter) throws -> Void = { _ in }
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
            try also(writer)
            return true
        }
    }

    /// Returns a request to the queue, even when this task has been cancelled.
    private func handBack(_ id: String) async {
        let moving = Task { try await move(id, to: .requested) }
        _ = await moving.result
    }
}
