import FHIR
public import Logging
import PDex
import Pipeline
public import ServiceLifecycle

/// Answers member requests as they come, a few at a time, beside whatever jobs run: of each payer those that are due
/// first, and no payer's behind another's, which may be down.
public struct RequestDesk: Service {
    private let operations: Operations
    private let logger: Logger

    /// How many requests are answered at once: the payers share them, and each may have one.
    private static let atOnce = 4
    /// How often it is looked for new ones.
    private static let pauseSeconds = 0.25
    /// How often it is looked for those that may be late.
    private static let warningMilliseconds: Int64 = 15_000
    /// Of so many it is told at a time.
    private static let mostWarnings = 100

    /// A desk over the requests that `operations` keeps.
    public init(operations: Operations, logger: Logger) {
        self.operations = operations
        self.logger = logger
    }

    /// What is being answered, and when it is looked again for what may be late.
    struct State {
        var underWay: [String: AnswerUnderWay] = [:]
        var warnsNext: Instant?
    }

    /// Runs until graceful shutdown; what is being answered then is left to the next start.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var state = State()
            while !Task.isCancelled {
                do {
                    try await turn(&state)
                } catch let fault as Fault {
                    logger.error("requests cannot be read", metadata: ["fault": "\(fault.code.rawValue)"])
                } catch {}
                // Waits for requests to come, and for those under way.
                try? await operations.clock.sleep(seconds: Self.pauseSeconds)
            }
            for answer in state.underWay.values { answer.task.cancel() }
            for answer in state.underWay.values { await answer.task.value }
        }
    }

    /// Looks once: begins to answer what came, and forgets what has ended.
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

    /// Forgets what has ended, and stops what was cancelled.
    private func clear(_ state: inout State) async throws {
        for (id, answer) in state.underWay {
            guard !answer.hasEnded else {
                state.underWay[id] = nil
                continue
            }
            if try await operations.show(request: id).request.state == .cancelled { answer.task.cancel() }
        }
    }

    /// Answers one.
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
            tell(request, failure.report.fault ?? Obstacle(failure.fault, among: [request.payer]))
        } catch let fault as Fault {
            tell(request, Obstacle(fault, among: [request.payer]))
        } catch {
            logger.notice("request interrupted", metadata: ["request": "\(request.id)"])
        }
    }

    private func tell(_ request: MemberRequest, _ obstacle: Obstacle) {
        logger.error(
            "request failed", metadata: obstacle.metadata.merging(["request": "\(request.id)"]) { $1 })
    }

    /// Says once of each open request that it may be late, whoever answers it or nobody, while there is time to act.
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
