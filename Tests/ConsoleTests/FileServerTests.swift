import FHIR
import FHIRClient
import PDex
import PDexTesting
import Serving
import Synchronization
import Testing

@testable import Console

/// Handing out what was submitted: to a holder of the token, while it is under way and consent permits it (SUB-06,
/// CO-10).
@Suite("Files of submissions")
struct FileServerTests {
    private static let bundle = Array(
        #"""
        {"resourceType":"Bundle","type":"transaction","timestamp":"2026-06-01T02:15:00Z","entry":[
         {"resource":{"resourceType":"Goal","id":"a"},"request":{"method":"PUT","url":"Goal/a"}},
         {"request":{"method":"DELETE","url":"Goal/b"}}]}
        """#.utf8)

    private let files: SubmittedFiles

    init() throws {
        files = try #require(SubmittedFiles(Self.bundle, submission: "abc-1", at: "https://files.example"))
    }

    @Test("its files, and nothing else", arguments: ["manifest.json", "Goal.ndjson", "deleted.ndjson"])
    func hands(name: String) async throws {
        let answer = await get("/submissions/\(files.id)/\(name)")

        #expect(answer.status == 200)
        #expect(Self.body(answer) == files.file(name))
        #expect(answer.headers["Cache-Control"] == "no-store")
        #expect(
            answer.headers["Content-Type"] == (name == "manifest.json" ? "application/json" : "application/fhir+ndjson")
        )
        #expect(await get("/behind/a/proxy/submissions/\(files.id)/\(name)").status == 200)
    }

    @Test(
        "who lacks the token of this submission learns nothing, and nothing is looked up",
        arguments: [nil, "", "token of x"])
    func token(token: String?) async throws {
        let asked = Mutex(0)

        let answer = await get("/submissions/\(files.id)/Goal.ndjson", token: .some(token)) { _ in
            asked.withLock { $0 += 1 }
            return Self.bundle
        }

        #expect(answer.status == 401)
        #expect(answer.headers["WWW-Authenticate"] == "Bearer")
        #expect(asked.withLock { $0 } == 0)
    }

    @Test(
        "other places are not there",
        arguments: [
            "/", "/submissions", "/submissions/x", "/submissions/x/y", "/other/ID/Goal.ndjson",
            "/submissions/ID/Patient.ndjson", "/submissions/ID/SHA256SUMS", "/submissions/ID/Goal.ndjson/..",
        ])
    func elsewhere(path: String) async {
        #expect(await get(path.replacing("ID", with: files.id)).status == 404)
    }

    @Test("files are read, and not written", arguments: ["POST", "PUT", "DELETE"])
    func methods(method: String) async {
        #expect(await get("/submissions/\(files.id)/Goal.ndjson", method: method).status == 405)
    }

    @Test("what is withheld, is no longer on its way or is another by now is gone, and nothing of it is told")
    func gone() async throws {
        let path = "/submissions/\(files.id)/Goal.ndjson"

        let answers = [
            await get(path) { _ in throw Fault(.consentDenied, .withhold, "withdrawn") }, await get(path) { _ in nil },
            await get(path) { _ in Self.bundle + [UInt8(ascii: " ")] },
        ]

        #expect(answers.map(\.status) == [410, 410, 410])
        #expect(Set(answers.map(Self.body)).count == 1)
    }

    @Test("when it cannot be told whether it is permitted, nothing is handed out and it is asked again later")
    func trouble() async throws {
        let answer = await get("/submissions/\(files.id)/Goal.ndjson") { _ in
            throw Fault(.storeFailed, .retry, "the disk is gone")
        }

        #expect(answer.status == 503 && answer.headers["Retry-After"] == "60")
    }

    private func get(
        _ path: String, method: String = "GET", token: String?? = nil,
        bundle: @escaping @Sendable (String) async throws -> [UInt8]? = { $0 == "abc-1" ? Self.bundle : nil }
    ) async -> ServedAnswer {
        let server = FileServer(
            host: "127.0.0.1", port: 0, place: "https://files.example", token: { "token of \($0)" }, bundle: bundle,
            clock: ManualClock(Instant(seconds: 0)))
        var headers: HTTPHeaders = [:]
        if let bearer = token ?? "token of \(files.id)" { headers.append("Authorization", "Bearer \(bearer)") }
        return await server.answer(ServedRequest(method, path, headers: headers))
    }

    private static func body(_ answer: ServedAnswer) -> [UInt8]? {
        guard case .bytes(let bytes) = answer.body else { return nil }
        return bytes
    }
}
