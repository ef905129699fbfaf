import FHIR
public import PDex

/// A payer that is told where files are, fetches them, and reports the outcome (WR-22 d; Bulk Data `$bulk-submit`).
///
/// Acknowledged means that the payer has finished the submission without naming anything that it did not take.
public struct BulkSubmitPayer: PayerRelay {
    /// The payer's server.
    public let server: any PayerServer
    private let call: BulkSubmitCall
    private var session: ServerSession { call.session }

    /// A payer behind a session, which knows us as `submitter`.
    public init(_ session: ServerSession, submitter: BulkSubmitter) {
        server = PayerClient(session)
        call = BulkSubmitCall(session: session, submitter: submitter)
    }

    /// A delivery ends before its claim does; when a payer needs longer, the next attempt asks again.
    private static let longestSeconds: Int64 = 240
    private static let firstWait = 0.25
    private static let longestWait = 30.0
    /// How long until the next attempt when the payer does not say.
    private static let nextAttemptSeconds = 60

    /// How often the same is submitted again when the payer could not fetch it.
    private static let mostRounds = 12

    /// Submits the bundle's files and waits for the outcome. `lastLook` is called before the kick-off; each file is
    /// checked again when it is fetched.
    ///
    /// A submission is final (SUB-03): a claim that is not the first asks for its state before it submits.
    public func submit(
        _ bundle: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer {
        let submission = Submission.id(ofRequest: requestID)
        let end = session.clock.now().adding(milliseconds: Self.longestSeconds * 1000)
        var round = 1
        while requestID != submission + "-1" {
            let earlier = try files(of: bundle, submission, round)
            guard let known = try await verdict(on: earlier, until: end) else { break }
            // In the last round, the verdict is taken as it is.
            guard known.isOfTheWay, round < Self.mostRounds else { return answer(known) }
            round += 1
        }
        let files = try files(of: bundle, submission, round)
        let response = try await submitted(files, requestID, lastLook)
        guard (200..<300).contains(response.status) else {
            guard response.status != 401 else { throw session.faults.unauthorized("a submission") }
            return answer(response.status, response.body, response)
        }
        guard let verdict = try await verdict(on: files, until: end, isSent: true),
            !verdict.isOfTheWay || round == Self.mostRounds
        else {
            throw unknown()
        }
        return answer(verdict)
    }

    private func files(of bundle: [UInt8], _ submission: String, _ round: Int) throws(Fault) -> SubmittedFiles {
        let place = call.submitter.place
        guard let files = SubmittedFiles(bundle, submission: submission, at: place, round: round) else {
            throw Fault(
                .payerCapability, .park,
                "A bundle for \(session.connection.name) holds a write that files cannot carry.",
                hint: "Deliver it another way: deliver.as in the job.")
        }
        return files
    }

    private func submitted(
        _ files: SubmittedFiles, _ requestID: String, _ lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> HTTPResponse {
        do {
            return try await call.kickOff(files, requestID: requestID, before: lastLook)
        } catch let error as TransportError {
            guard error.mayHaveArrived else { throw Fault(error, at: session.connection.name) }
            throw unknown()
        }
    }

    /// The outcome of a submission; nil when the payer does not know it. Throws `payer.unknown-outcome` while the payer
    /// works on it, and when it cannot be asked.
    ///
    /// A submission that was just sent may have arrived, whatever the payer answers: no fault makes it unsent.
    private func verdict(
        on files: SubmittedFiles, until end: Instant, isSent: Bool = false
    ) async throws -> SubmissionVerdict? {
        do {
            guard let manifest = try await manifest(of: files.id, until: end) else { return nil }
            return try await verdict(manifest, files)
        } catch let fault as Fault where isSent || Self.isUnclear(fault) {
            throw unknown(fault.retryAfterSeconds, because: fault)
        } catch is JSONError {
            throw unknown()
        }
    }

    /// Whether a fault of asking leaves the outcome open: all do but those of our own key and scopes, which come before
    /// any question. The payer may have taken what it was told of, whatever it answers now.
    private static func isUnclear(_ fault: Fault) -> Bool {
        fault.code != .payerUnknownOutcome && fault.disposition != .withhold
            && ![.authInvalidClient, .authInvalidScope, .authInvalidRequest].contains(fault.code)
    }

    /// The status manifest, once the payer has finished.
    private func manifest(of id: String, until end: Instant) async throws -> JSONValue? {
        let clock = session.clock
        var standing = try await call.standing(of: id)
        var wait = Self.firstWait
        while case .underWay(let seconds, let location) = standing {
            let pause = max(Double(seconds ?? 0), seconds == 0 ? 0 : wait)
            guard clock.now().adding(milliseconds: Int64(pause * 1000)) <= end else {
                throw unknown(seconds ?? Self.nextAttemptSeconds)
            }
            // Waits for as long as the payer asked, or a little more each time.
            if pause > 0 { try await clock.sleep(seconds: pause) }
            if seconds != 0 { wait = min(wait * 2, Self.longestWait) }
            standing = try await call.standing(at: location)
        }
        guard case .done(let manifest) = standing else { return nil }
        guard manifest["submissionId"]?.string == id else {
            throw session.faults.malformed("a status manifest", "it is of another submission")
        }
        return manifest
    }

    /// Reads the files that the manifest names; `error` is what `outcome` was called before the ballot.
    private func verdict(_ manifest: JSONValue, _ files: SubmittedFiles) async throws -> SubmissionVerdict {
        var verdict = SubmissionVerdict(on: files.entries, base: server.base)
        let items = (manifest["outcome"]?.elements ?? []) + (manifest["error"]?.elements ?? [])
        for item in items where [nil, files.manifestURL].contains(item["manifestUrl"]?.string) {
            guard let url = item["url"]?.string else {
                throw session.faults.malformed("a status manifest", "an outcome has no url")
            }
            let isGuarded = manifest["requiresAccessToken"]?.bool ?? false
            for outcome in try await call.outcomes(at: url, withToken: isGuarded) { verdict.take(outcome) }
        }
        return verdict
    }

    private func answer(_ verdict: SubmissionVerdict) -> PayerAnswer {
        answer(200, verdict.answer.serialized(), nil)
    }

    private func answer(_ status: Int, _ body: [UInt8], _ response: HTTPResponse?) -> PayerAnswer {
        let headers = response?.headers ?? [:]
        return PayerAnswer(
            status: status, body: body, retryAfterSeconds: RetryAfter.seconds(headers, now: session.clock.now()),
            serverTime: headers["Date"].flatMap { Instant(httpDate: $0) }, answerID: AnswerID.of(headers))
    }

    private func unknown(_ retryAfterSeconds: Int? = nil, because fault: Fault? = nil) -> Fault {
        let why =
            fault.flatMap { $0.code == .payerUnknownOutcome ? nil : " (\($0.code.rawValue): \($0.message))" } ?? ""
        return Fault(
            .payerUnknownOutcome, .retry, "\(session.connection.name) has not said what became of a submission.\(why)",
            hint: "It is asked again; when it goes on, ask the payer about the submission.",
            retryAfterSeconds: retryAfterSeconds)
    }
}
