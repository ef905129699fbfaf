import FHIR
public import Logging
import PDex
import Pipeline
public import ServiceLifecycle

/// Answers member requests as they come, a few at a time and those first that are due first, beside whatever jobs run.
public struct RequestDesk: Service {
    private let operations: Operations
    private let logger: Logger

    /// How many requests are answered at once.
    private static let atOnce = 4
    /// How often it is looked for new ones.
    private static let pauseSeconds = 0.25
    /// The wait before a request that failed for now is tried again; it doubles up to the longest.
    private static let firstRestSeconds = 5.0
    private static let longestRestSeconds = 600.0

    /// A desk over the requests that `operations` keeps.
    public init(operations: Operations, logger: Logger) {
        self.operations = operations
        self.logger = logger
    }

    /// What is being answered, and what rests until when.
    struct State {
        var underWay: [String: Task<Fault?, Never>] = [:]
        var rests: [String: (until: Instant, next: Double)] = [:]
        var told: Set<String> = []
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
            for task in state.underWay.values { task.cancel() }
            for task in state.underWay.values { _ = await task.value }
        }
    }

    /// Looks once: begins to answer what came, and forgets what has ended.
    func turn(_ state: inout State) async throws {
        let reclaimed = try await operations.reclaimRequests()
        if reclaimed > 0 { logger.notice("requests taken up again", metadata: ["count": "\(reclaimed)"]) }
        try await clear(&state)
        let now = operations.clock.now()
        for request in try await operations.memberRequests(in: [.requested], limit: 100) {
            warn(request, now, &state)
            guard state.underWay.count < Self.atOnce else { return }
            guard state.underWay[request.id] == nil, (state.rests[request.id]?.until ?? now) <= now else { continue }
            state.underWay[request.id] = Task { await answer(request) }
        }
    }

    /// Forgets what has ended, and stops what was cancelled.
    private func clear(_ state: inout State) async throws {
        for (id, task) in state.underWay {
            let request = try await operations.show(request: id).request
            if request.state == .cancelled { task.cancel() }
            guard request.state != .inProgress else { continue }
            state.underWay[id] = nil
            guard request.state == .requested, let fault = await task.value else {
                state.rests[id] = nil
                continue
            }
            let rest = state.rests[id]?.next ?? Self.firstRestSeconds
            let wait = max(rest, Double(fault.retryAfterSeconds ?? 0))
            state.rests[id] = (
                operations.clock.now().adding(milliseconds: Int64(wait * 1000)),
                min(rest * 2, Self.longestRestSeconds)
            )
        }
    }

    /// Answers one; the fault that ended it for now or for good.
    private func answer(_ request: MemberRequest) async -> Fault? {
        do {
            let report = try await operations.answer(request.id)
            logger.info(
                "request answered",
                metadata: [
                    "request": "\(request.id)", "job": "\(request.job)", "run": "\(report.run)",
                    "state": "\(report.state.rawValue)",
                ])
            return nil
        } catch let failure as RunFailure {
            tell(request, failure.fault)
            return failure.fault
        } catch let fault as Fault {
            tell(request, fault)
            return fault
        } catch {
            logger.notice("request interrupted", metadata: ["request": "\(request.id)"])
            return nil
        }
    }

    private func tell(_ request: MemberRequest, _ fault: Fault) {
        logger.error(
            "request failed", metadata: ["request": "\(request.id)", "fault": "\(fault.code.rawValue)"])
    }

    /// Says once that a request will be late.
    private func warn(_ request: MemberRequest, _ now: Instant, _ state: inout State) {
        guard now > request.due, state.told.insert(request.id).inserted else { return }
        logger.warning(
            "request is late", metadata: ["request": "\(request.id)", "due": "\(request.due.text)"])
    }
}
