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
    private let told = ToldFaults()

    /// How many requests are answered at once: the payers share them, but each may always have one.
    private static let atOnce = 4
    /// How often to look for new requests.
    private static let pauseSeconds = 0.25
    /// How often to look for requests that may be late.
    private static let warningMilliseconds: Int64 = 15_000
    /// How often it is looked for those whose process or deliveries have come to their end.
    private static let settlingMilliseconds: Int64 = 1000
    /// Of so many it is told at a time.
    private static let mostWarnings = 100

    /// A desk over the requests that `operations` keeps.
    public init(operations: Operations, logger: Logger) {
        self.operations = operations
        self.logger = logger
    }

    /// What is being answered, and when it is looked again for what may be late and for what was delivered.
    struct State {
        var underWay: [String: AnswerUnderWay] = [:]
        var warnsNext: Instant?
        var settlesNext: Instant?
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
        try await settle(&state)
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

    /// Answers one.
    func answer(_ request: MemberRequest) async {
        do {
            let (report, isCompleted) = try await operations.answered(request.id)
            if isCompleted { tell(request, answeredBy: report.run) } else { await tellCarried(request, report) }
        } catch let failure as RunFailure {
            let obstacle = failure.report.fault ?? Obstacle(failure.fault, among: [request.payer])
            tell(request, obstacle, run: failure.report.run)
        } catch let fault as Fault where fault.code == .requestNotOpen {
            // Another process on the store was quicker, or it was taken back.
            logger.debug("request is no longer open", metadata: ["request": "\(request.id)"])
        } catch let fault as Fault {
            tell(request, Obstacle(fault, among: [request.payer]))
        } catch {
            logger.notice("request interrupted", metadata: ["request": "\(request.id)"])
        }
    }

    /// Takes up again what a process left that has ended, and completes what was delivered since, by whichever process.
    private func settle(_ state: inout State) async throws {
        let now = operations.clock.now()
        if let next = state.settlesNext, now < next { return }
        state.settlesNext = now.adding(milliseconds: Self.settlingMilliseconds)
        let reclaimed = try await operations.reclaimRequests()
        if reclaimed > 0 { logger.notice("requests taken up again", metadata: ["count": "\(reclaimed)"]) }
        for request in try await operations.settleRequests() { tell(request, answeredBy: request.run ?? "") }
    }

    private func tell(_ request: MemberRequest, answeredBy run: String) {
        told.forget(request.id)
        logger.info(
            "request answered",
            metadata: ["request": "\(request.id)", "job": "\(request.job)", "run": "\(run)"])
    }

    /// Says that a request was carried and its payer has not taken everything yet.
    private func tellCarried(_ request: MemberRequest, _ report: RunReport) async {
        guard let detail = try? await operations.show(request: request.id), detail.request.state.isOpen else { return }
        told.forget(request.id)
        var fields = report.logFields
        fields["request"] = "\(request.id)"
        fields["bundles"] = "\(detail.bundles.count)"
        fields["acknowledged"] = "\(detail.bundles.count { $0 == .acknowledged })"
        logger.log(level: report.logLevel, "request carried, not answered yet", metadata: fields)
    }

    /// Says why a request could not be carried; what goes on waiting for the same is said once.
    private func tell(_ request: MemberRequest, _ obstacle: Obstacle, run: String? = nil) {
        var fields = obstacle.metadata
        fields["request"] = "\(request.id)"
        fields["job"] = "\(request.job)"
        fields["run"] = run.map { "\($0)" }
        let isNews = told.isNews(obstacle.code, of: request.id)
        logger.log(level: isNews ? .error : .debug, "request failed", metadata: fields)
    }

    /// Says once of each request without an answer that it may be late, whoever answers it or nobody, while there is time to act.
    private func warn(_ state: inout State) async throws {
        let now = operations.clock.now()
        if let next = state.warnsNext, now < next { return }
        state.warnsNext = now.adding(milliseconds: Self.warningMilliseconds)
        for request in try await operations.requestsAtRisk(limit: Self.mostWarnings) {
            logger.warning(
                now > request.due ? "request is late" : "request may be late",
                metadata: [
                    "request": "\(request.id)", "due": "\(request.due.text)",
                    "state": request.state == .completed ? "parked" : "\(request.state.rawValue)",
                ])
        }
    }
}
