import FHIR
import PDex
public import Pipeline

extension Operations {
    /// Answers an accepted request in this process, and returns the report of its run.
    ///
    /// A fault of this request alone ends it as failed; any other leaves it accepted, to be retried after a rest.
    /// Throws ``RunFailure``, and `request.not-open` when it has ended or is being answered elsewhere.
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
        // Until its outcome is stored, the request must not be taken for abandoned.
        guard underWay.begin(id) else { throw Self.notWaiting(id) }
        defer { underWay.end(id) }
        guard try await move(id, to: .inProgress, run: run) else { throw Self.notWaiting(id) }
        do {
            let report = try await carry(run, goesOn: false) {
                try await pipeline.request(
                    member: request.patient, since: request.since, types: request.types, run: run)
            }
            _ = try await move(id, to: .completed)
            return report
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

    /// Whether a fault concerns only this member or this request. A key being replaced, a proxy that answers with a
    /// page of its own or a store that is locked affects others, too, and must not end whatever was accepted.
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
