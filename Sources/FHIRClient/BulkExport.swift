import FHIR
import PDex

/// Polls and ends a Bulk Data export (Bulk Data Access 3.0.0, earlier and later manifests included).
struct BulkExport: Sendable {
    let session: ServerSession
    /// How long telling a server to drop an export may take, in seconds: stopping waits for it.
    var longestFarewell = 4.0

    /// OperationOutcome codes that mean "ask again" (`transient` and its children, R4 value set issue-type).
    private static let transientCodes: Set = [
        "transient", "lock-error", "no-store", "exception", "timeout", "incomplete", "throttled",
    ]

    /// Asks once how the export is doing (BLK-20 … BLK-24).
    ///
    /// A server that is busy, or behind a gateway in trouble, counts as still at work, together with what it says about
    /// when to ask again; how often and how long to believe it is for the caller to decide (BLK-25).
    func poll(_ statusURL: String) async throws -> ExportProgress {
        let what = "the status of an export"
        var request = HTTPRequest(.get, try session.policy.vet(statusURL, from: "the status URL", with: .token))
        request.headers["Accept"] = "application/json"
        request.maxBodyBytes = ManifestPages.limits.bytes
        let response = try await asked(request)
        let wait = RetryAfter.seconds(response.headers, now: session.clock.now())
        switch response.status {
        case 200:
            return .complete(try await ManifestPages(session: session).whole(response))
        case 202: return .running(retryAfterSeconds: wait, note: Self.note(response.headers["X-Progress"]))
        case 429: return .running(retryAfterSeconds: wait, note: "slow down")
        // Gateways do not speak FHIR and know nothing of the export, which goes on behind them (RD-21).
        case 408, 502, 503, 504: return .running(retryAfterSeconds: wait, note: "answered \(response.status)")
        case 401, 403, 300...399: throw session.faults.fault(response, what, now: session.clock.now())
        case 400... where isTransient(response): return .running(retryAfterSeconds: wait, note: nil)
        default:
            throw Fault(
                .clinicExportFailed, .halt, "\(session.connection.name) answered \(response.status) to \(what).",
                hint: "The export failed there. The next run starts a new one from the same watermark.")
        }
    }

    /// Tells the server that it may forget the export; any answer is accepted (BLK-50).
    ///
    /// This may need a token first, and a slot: all of it has one deadline, in real time like the transport's.
    func finish(_ statusURL: String) async {
        guard let url = try? session.policy.vet(statusURL, from: "the status URL", with: .token) else { return }
        var request = HTTPRequest(.delete, url)
        request.headers["Accept"] = "application/json"
        await withTaskGroup(of: Void.self) { [request, session, longestFarewell] group in
            group.addTask { _ = try? await session.once(request) }
            group.addTask { try? await ContinuousClock().sleep(for: .seconds(longestFarewell)) }
            await group.next()
            group.cancelAll()
        }
    }

    private func asked(_ request: HTTPRequest) async throws -> HTTPResponse {
        do {
            return try await session.once(request)
        } catch let error as TransportError {
            throw Fault(error, at: session.connection.name)
        }
    }

    private func isTransient(_ response: HTTPResponse) -> Bool {
        guard response.body.count <= 1 << 20, let json = try? JSONParser.parse(response.body),
            let outcome = OperationOutcome(json)
        else { return false }
        return outcome.issues.contains { Self.transientCodes.contains($0.code) }
    }

    /// A progress note fit for a log: at most 100 printable ASCII characters.
    private static func note(_ text: String?) -> String? {
        text.map { String(decoding: $0.utf8.filter { 0x20..<0x7f ~= $0 }.prefix(100), as: UTF8.self) }
    }
}
