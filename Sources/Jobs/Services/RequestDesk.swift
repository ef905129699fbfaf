import FHIR
public import Logging
import PDex
import Pipeline
public import ServiceLifecycle

/// Answers member requests as they come, a few at a time, alongside any jobs: for each payer the first due first, and
/// none behind those of another payer, which may be down.
public struct RequestDesk: Service {
    private let operations: Operations
    private let logger: Logger

    /// How many requests are answered at once: the payers share them, but each may always have one.
    private static let atOnce = 4
    /// How often to look for new requests.
    private static let pauseSeconds = 0.25
    /// How often to look for requests that may be late.
    private static let warningMilliseconds: Int64 = 15_000
    /// Most warnings issued per check.
    private static let mostWarnings = 100

    /// A desk over the requests that `operations` keeps.
    public init(operations: Operations, logger: Logger) {
        self.operations = operations
        self.logger = logger
    }

    /// The answers under way, and when to check again for requests that may be late.
    struct State {
        var underWay: [String: AnswerUnderWay] = [:]
        var warnsNext: Instant?
    }

    /// Runs until graceful shutdown; requests being answered then are left to the next start.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var state = State()
            while !Task.isCancelled {
                do {
                    try await turn(&state)
                } catch let fault as Fault {
                    logger.error("requests cannot be read", metadata: ["fault": "\(fault.code.rawValue)"])
                } catch {}
                // Waits for new requests, and for those under way.
                try? await operations.clock.sleep(seconds: Self.pauseSeconds)
            }
            for answer in state.underWay.values { answer.task.cancel() }
            for answer in state.underWay.values { await answer.task.value }
        }
    }

    /// Looks once: begins to answer new requests, and forgets those that have ended.
    func turn(_ state: inout State) async throws {
        let reclaimed = try await operations.reclaimRequests()
        if reclaimed > 0 { logger.notice("requests taken up again", metadata: ["count": "\(reclaimed)"]) }
        try await clear(&state)
        try await warn(&state)
        let ready = try await operations.readyRequests(limit: Self.atOnce * 2)
        let payers = Set(ready.map(\.payer)).union(state.underWay.values.map(\.payer))
        let slots = max(1, Self.atOnce / max(payers.count, 1))
        for (payer, requests) in ready {
            for request in requests where state.underWay[request.id] == nil {
                guard state.underWay.values.count(where: { $0.payer == payer }) < slots else { break }
                state.underWay[request.id] = AnswerUnderWay(for: payer) { await answer(request) }
            }
        }
    }

    /// Forgets answers that have ended, and stops those that were cancelled.
    private func clear(_ state: inout State) async throws {
        for (id, answer) in state.underWay {
            guard !answer.hasEnded else {
                state.underWay[id] = nil
                continue
            }
            if try await operations.show(request: id).request.state == .cancelled { answer.task.cancel() }
        }
    }

    /// Answers one request.
    private func answer(_ request: MemberRequest) async {
        do {
            let report = try await operations.answer(request.id)
            logger.info(
                "request answered",
                metadata: [
                    "request": "\(request.id)", "job": "\(request.job)", "run": "\(report.run)",
                    "state": "\(report.state.rawValue)",
                ])
        } catch let failure as RunFailure {
            tell(request, failure.fault)
        } catch let fault as Fault {
            tell(request, fault)
        } catch {
            logger.notice("request interrupted", metadata: ["request": "\(request.id)"])
        }
    }

    private func tell(_ request: MemberRequest, _ fault: Fault) {
        logger.error(
            "request failed", metadata: ["request": "\(request.id)", "fault": "\(fault.code.rawValue)"])
    }

    /// Warns once about each open request that may be late, being answered or not, while there is time to act.
    private func warn(_ state: inout State) async throws {
        let now = operations.clock.now()
        if let next = state.warnsNext, now < next { return }
        state.warnsNext = now.adding(milliseconds: Self.warningMilliseconds)
        for request in try await operations.requestsAtRisk(limit: Self.mostWarnings) {
            logger.warning(
                now > request.due ? "request is late" : "request may be late",
                metadata: [
                    "request": "\(request.id)", "due": "\(request.due.text)", "state": "\(request.state.rawValue)",
                ])
        }
    }
}
