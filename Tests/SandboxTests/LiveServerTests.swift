import FHIR
import FHIRClient
import PDex
import PDexTesting
import Serving
import Synchronization
import Testing

@testable import Sandbox

@Suite("On loopback ports")
struct LiveServerTests {
    /// Both servers, and the real clients of both.
    struct Live: Sendable {
        let clinic: ClinicClient
        let payer: PayerClient
    }

    /// Runs a sandbox while `body` talks to it.
    private func serving(
        _ change: @Sendable (inout SandboxOptions) -> Void = { _ in },
        _ body: @Sendable (Live, SandboxServers) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        let options = try TestSandbox.options(clock: clock, change)
        let sandbox = try SandboxServers(options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sandbox.run() }
            defer { group.cancelAll() }
            let keys = try TestKeys.shared.get().folder
            let transport = CurlTransport()
            func session(_ side: ServerConnection.Side, _ base: String, _ client: String) throws -> ServerSession {
                let registration = ServerConnection.BackendServices(clientID: client, keyID: "es")
                let connection = ServerConnection(
                    name: side.rawValue, side: side, base: base, authorization: .backendServices(registration),
                    scopes: ScopeSet(
                        types: ["*"], letters: side == .clinic ? [.read, .search] : Set(ScopeSet.Letter.allCases)))
                return try ServerSession(connection, keys: keys, transport: transport, clock: clock)
            }
            let live = Live(
                clinic: ClinicClient(try session(.clinic, try await sandbox.clinicBase, options.clinicClientID)),
                payer: PayerClient(try session(.payer, try await sandbox.payerBase, options.payerClientID)))
            try await body(live, sandbox)
        }
    }

    @Test("the clinic is read by the real client: token, metadata, search, pages")
    func reads() async throws {
        try await serving { live, sandbox in
            let capability = try await live.clinic.capability()
            var page = try await live.clinic.search(SearchQuery("Encounter", [.init("_count", "4")]))
            var found = page.entries.count
            while let next = page.next {
                page = try await live.clinic.page(next)
                found += page.entries.count
            }

            #expect(capability.types["Group"]?.operations == ["export"])
            #expect(found == sandbox.clinicCounts()["Encounter"])
            #expect(page.serverTime == Instant("2026-03-02T09:30:00Z"))
        }
    }

    @Test(
        "an export is downloaded compressed and whole by the real client, open files and pages of a manifest too",
        arguments: [false, true])
    func exports(isOdd: Bool) async throws {
        let change: @Sendable (inout SandboxOptions) -> Void = { options in
            options.members = 60
            options.export.filesAreOpen = isOdd
            options.export.filesAPage = isOdd ? 1 : 1_000
            options.export.fileSize = isOdd ? 50 : 20_000
        }
        try await serving(change) { live, sandbox in
            let status = try await live.clinic.startExport(
                ExportRequest(level: .group("med0-members"), types: ["Observation", "Patient"], since: nil)
            ).statusURL
            guard case .complete(let manifest) = try await live.clinic.pollExport(status) else {
                Issue.record("the export is not complete")
                return
            }
            let lines = Mutex(0)
            for file in manifest.output {
                _ = try await live.clinic.download(file, requiresAccessToken: manifest.requiresAccessToken) { batch in
                    lines.withLock { $0 += batch.lines.count }
                }
            }
            await live.clinic.finishExport(status)

            let counts = sandbox.clinicCounts()
            #expect(lines.withLock { $0 } == (counts["Observation"] ?? 0) + (counts["Patient"] ?? 0))
        }
    }

    @Test("a transaction is answered, and one whose answer is dropped was carried out all the same")
    func drops() async throws {
        let bundle = TestBundle.transaction([TestBundle.put(["resourceType": "Patient", "id": "x"])]).serialized()

        try await serving { live, sandbox in
            let answer = try await live.payer.submit(bundle, requestID: "r1", lastLook: {})
            #expect(answer.status == 200)
            #expect(sandbox.payerResource("Patient", "x") != nil)
        }
        try await serving({ $0.faults.dropResponseFraction = 1 }) { live, sandbox in
            let fault = await #expect(throws: Fault.self) {
                try await live.payer.submit(bundle, requestID: "r1", lastLook: {})
            }
            #expect(fault?.code == .payerUnknownOutcome)
            #expect(sandbox.payerResource("Patient", "x") != nil)
        }
    }

    @Test("stopping while clients are still connecting is safe", arguments: 0..<10)
    func stops(round: Int) async throws {
        try await serving({ $0.members = 1 }) { live, _ in
            let transport = CurlTransport()
            let url = try OutboundPolicy(base: live.clinic.base).url("/metadata")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<24 { group.addTask { _ = try? await transport.send(HTTPRequest(.get, url)) } }
                // The first answer ends the test; the others are on their way.
                try await group.next()
                group.cancelAll()
            }
        }
    }

    @Test("a port that is taken is reported to whoever waits for it")
    func portTaken() async throws {
        try await serving { live, _ in
            let taken = try #require(Int(live.clinic.base.split(separator: ":")[2].prefix { $0 != "/" }))
            let second = try SandboxServers(TestSandbox.options(clock: ManualClock()) { $0.clinicPort = taken })

            await #expect(throws: (any Error).self) { try await second.run() }
            await #expect(throws: (any Error).self) { try await second.clinicBase }
        }
    }
}
