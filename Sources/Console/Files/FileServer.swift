import FHIR
import FHIRClient
public import PDex
public import Serving

/// Hands out the files of submissions to the payers to which they were announced (SUB-06).
///
/// Nothing is kept here: a file is made when it is requested, from what is under way in the store and consent still
/// permits.
public final class FileServer: Sendable {
    private let host: String
    private let port: Int
    private let place: String
    private let token: @Sendable (String) -> String
    private let bundle: @Sendable (String) async throws -> [UInt8]?
    private let clock: any WallClock
    /// Where it listens.
    public let bound = BoundPort()

    /// Serves on `host` what payers reach at `place`; `token` returns what opens a submission, and `bundle` what it
    /// holds: nil when none is under way; it throws a fault when it is withheld.
    public init(
        host: String, port: Int, place: String, token: @escaping @Sendable (_ id: String) -> String,
        bundle: @escaping @Sendable (_ submission: String) async throws -> [UInt8]?, clock: any WallClock
    ) {
        self.host = host
        self.port = port
        self.place = place
        self.token = token
        self.bundle = bundle
        self.clock = clock
    }

    /// Serves until the task is cancelled. Throws when the port cannot be bound.
    public func run() async throws {
        try await HTTPServer(self, host: host, port: port, bodyLimit: 1 << 10, clock: clock).run()
    }

    /// Waits until it listens. Throws what prevented that.
    public func listening() async throws { _ = try await bound.port() }

    /// Ends ``listening()`` with an error: the server will never listen.
    public func giveUp() { bound.fail(CancellationError()) }
}

extension FileServer: Endpoint {
    /// A file of a submission: 401 without its token, 410 for what is no longer under way or is withheld.
    public func answer(_ request: ServedRequest) async -> ServedAnswer {
        guard ["GET", "HEAD"].contains(request.method) else {
            return Self.refusal(405, "not-supported", "Files are read.", ["Allow": "GET, HEAD"])
        }
        let steps = request.path.split(separator: "/").suffix(3).map(String.init)
        guard steps.count == 3, steps[0] == "submissions", let submission = SubmittedFiles.submission(ofID: steps[1])
        else { return Self.refusal(404, "not-found", "There is no such file.") }
        // Only a holder of the token learns whether there is a submission with that id.
        guard let bearer = request.bearer, Self.isSame(bearer, token(steps[1])) else {
            return Self.refusal(401, "login", "The token is not this submission's.", ["WWW-Authenticate": "Bearer"])
        }
        let bytes: [UInt8]?
        do {
            bytes = try await bundle(submission)
        } catch let fault as Fault where [.withhold, .park].contains(fault.disposition) {
            return Self.gone
        } catch {
            return Self.refusal(503, "transient", "It cannot be told now.", ["Retry-After": "60"])
        }
        guard let files = bytes.flatMap({ SubmittedFiles($0, id: steps[1], at: place) }) else { return Self.gone }
        guard let file = files.file(steps[2]) else {
            return Self.refusal(404, "not-found", "There is no such file.")
        }
        let type = steps[2].hasSuffix(".ndjson") ? "application/fhir+ndjson" : "application/json"
        return .typed(200, file, as: type, headers: ["Cache-Control": "no-store"])
    }

    /// The answer to a body that is not accepted.
    public func answer(to flaw: BodyFlaw) -> ServedAnswer {
        Self.refusal(flaw.status, flaw.issue, "The body \(flaw.words).")
    }

    private static let gone = refusal(410, "deleted", "The submission is not on its way any more.")

    private static func refusal(
        _ status: Int, _ code: String, _ words: String, _ headers: HTTPHeaders = [:]
    ) -> ServedAnswer {
        var headers = headers
        headers.append("Cache-Control", "no-store")
        let outcome: JSONValue = [
            "resourceType": "OperationOutcome",
            "issue": [["severity": "error", "code": .string(code), "diagnostics": .string(words)]],
        ]
        return .fhir(status, outcome.serialized(), headers: headers)
    }

    /// Compares digests, so that the time it takes does not show how much is right.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        SHA256.hash(Array(one.utf8)) == SHA256.hash(Array(other.utf8))
    }
}
