import FHIR
import FHIRClient
import PDex
import PDexTesting
import Testing

/// Tokens over the wire: one request however many wait, and a lifetime that is neither zero nor a year (T7).
@Suite("Tokens over the wire", .timeLimit(.minutes(2)))
struct TokenTests {
    @Test("a thousand callers at the moment of expiry make one token request")
    func asksOnce() async throws {
        let clinic = try HostileClinic(try HostileNight.records())
        let clock = ManualClock(Instant(seconds: 1_780_000_000))
        let client = try client(clinic, clock)
        _ = try await client.read(type: "Patient", id: "joe")
        #expect(clinic.tokens == 1)
        clock.advance(seconds: 300)

        let read = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<1000 { group.addTask { try await client.read(type: "Patient", id: "joe") != nil } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }

        #expect(read == 1000)
        #expect(clinic.tokens == 2)
    }

    @Test("a thousand callers whose token is refused at once replace it with a handful of requests at most")
    func replacesOnce() async throws {
        let clinic = try HostileClinic(try HostileNight.records())
        let client = try client(clinic, ManualClock(Instant(seconds: 1_780_000_000)))
        _ = try await client.read(type: "Patient", id: "joe")
        clinic.play { moment in
            moment.request.header("Authorization") == "Bearer secret-token-1" ? moment.status(401) : nil
        }

        let read = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<1000 { group.addTask { try await client.read(type: "Patient", id: "joe") != nil } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }

        #expect(read == 1000)
        #expect(clinic.tokens == 2)
    }

    /// A lifetime as stated in the answer, and after how many seconds the token is still used, or is renewed.
    private static let lives: [(written: String, used: Double, renewed: Double)] = [
        (#","expires_in":0"#, 3, 5), (#","expires_in":-1"#, 3, 5), (#","expires_in":-9223372036854775808"#, 3, 5),
        (#","expires_in":1"#, 3, 5), (#","expires_in":31536000"#, 2879, 2881),
        (#","expires_in":9223372036854775807"#, 2879, 2881), (#","expires_in":1e400"#, 239, 241),
        (#","expires_in":"600""#, 239, 241), (#","expires_in":null"#, 239, 241), ("", 239, 241),
        (#","expires_in":300.5"#, 239, 241),
    ]

    @Test("the life of a token is kept between five seconds and an hour", arguments: lives)
    func clamps(written: String, used: Double, renewed: Double) async throws {
        let clinic = try HostileClinic(try HostileNight.records())
        let clock = ManualClock(Instant(seconds: 1_780_000_000))
        let client = try client(clinic, clock)
        clinic.play { moment in
            guard moment.place == "token" else { return nil }
            let scope = moment.request.parameter("scope") ?? ""
            let token = #"{"access_token":"secret-token-\#(moment.count)","token_type":"bearer","scope":"\#(scope)""#
            return .keep(Answer(token + written + "}").wire())
        }

        _ = try await client.read(type: "Patient", id: "joe")
        clock.advance(seconds: used)
        _ = try await client.read(type: "Patient", id: "joe")
        let before = clinic.count("token")
        clock.advance(seconds: renewed - used)
        _ = try await client.read(type: "Patient", id: "joe")

        #expect(before == 1)
        #expect(clinic.count("token") == 2)
    }

    private func client(_ clinic: HostileClinic, _ clock: ManualClock) throws -> ClinicClient {
        let connection = ServerConnection(
            name: "clinic0", side: .clinic, base: clinic.base,
            authorization: .backendServices(.init(clientID: "pdex-client")),
            scopes: ScopeSet(types: ["Patient"], letters: [.read, .search]))
        return ClinicClient(
            try ServerSession(
                connection, keys: try #require(TestKeys.folder), transport: CurlTransport(), clock: clock,
                retry: ReadRetry(attempts: 1)))
    }
}
