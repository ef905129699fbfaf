import FHIR
import FHIRClient
import PDex
import PDexTesting
import Pipeline
import Testing

/// An answer cut off at any byte is never taken for a complete one, in any framing (reliability T4, F2).
@Suite("Truncation", .serialized, .timeLimit(.minutes(10)))
struct TruncationTests {
    /// What is cut.
    enum Body: String, CaseIterable {
        case page = "search Condition", resource = "read Group", file = "file Condition", manifest = "status"
        case token, configuration, metadata

        /// Whether a body that ends only with the connection may be believed if it parses.
        var mayProveItself: Bool { self != .file }
        /// Whether a client asks for it only once.
        var isRemembered: Bool { [.token, .configuration, .metadata].contains(self) }
    }

    private static let forms = Answer.Framing.allCases.flatMap { framing in Body.allCases.map { ($0, framing) } }

    @Test("no cut at any byte is accepted, and the whole is", arguments: forms)
    func refusesEveryCut(body: Body, framing: Answer.Framing) async throws {
        let night = try HostileNight(by: .bulkExport, members: [.joe])
        let clinic = night.clinic
        let whole = Wire()
        clinic.play { moment in
            guard moment.place == body.rawValue else { return nil }
            let wire = moment.honest.wire(framing)
            whole.set(wire)
            // After a body with a known end the connection stays open: the next request must not meet a closing one.
            return framing.isClose ? .close(wire) : .keep(wire)
        }
        let client = try Self.client(clinic)
        let isWhole = await accepts(body, client, clinic)
        #expect(isWhole == (body.mayProveItself || !framing.isClose))

        var accepted: [Int] = []
        let wire = whole.bytes
        for cut in 0..<(wire.count - framing.idleEnd) {
            clinic.play { $0.place == body.rawValue ? .close(Array(wire.prefix(cut))) : nil }
            // What is cached for a while is requested by a client of its own.
            let client = body.isRemembered ? try Self.client(clinic) : client
            if await accepts(body, client, clinic) { accepted.append(cut) }
        }

        #expect(accepted == [])
        #expect(wire.count > 100)
        print("truncation: \(wire.count - framing.idleEnd) cuts of \(body), \(framing)")
    }

    @Test(
        "through the whole pipeline, a file cut off leaves the run partial and the watermark where it was",
        arguments: [Answer.Framing.length, .chunked, .gzip, .gzipChunked, .close, .gzipClose])
    func leavesWatermark(framing: Answer.Framing) async throws {
        var cuts = 0
        for tenth in 0..<10 {
            let night = try HostileNight(by: .bulkExport)
            night.clinic.play { moment in
                guard moment.place == "file Observation" else { return nil }
                let wire = moment.honest.wire(framing)
                let head = (wire.firstRange(of: [13, 10, 13, 10])?.upperBound ?? 0)
                let most = wire.count - framing.idleEnd - 1
                return .close(Array(wire[..<(head + (most - head) * tenth / 9)]))
            }

            let report = try await night.run("night-1")

            #expect(report.state == .partial)
            #expect(report.problems == [.remoteIncomplete: 1])
            #expect(try await night.watermarks() == [nil, nil, nil])
            cuts += 1
        }
        #expect(cuts == 10)
    }

    private static func client(_ clinic: HostileClinic) throws -> ClinicClient {
        let connection = ServerConnection(
            name: "clinic0", side: .clinic, base: clinic.base,
            authorization: .backendServices(.init(clientID: "pdex-client")),
            scopes: ScopeSet(types: ["Patient"], letters: [.read, .search]))
        return try ConfinementTests.client(connection, transport)
    }

    private func accepts(_ body: Body, _ client: ClinicClient, _ clinic: HostileClinic) async -> Bool {
        do {
            switch body {
            case .page, .token, .configuration:
                _ = try await client.search(SearchQuery("Condition", [.init("patient", "joe")]))
            case .resource: return try await client.read(type: "Group", id: "med0-members") != nil
            case .manifest:
                guard case .complete = try await client.pollExport(clinic.base + "/status/1") else { return false }
            case .metadata: _ = try await client.capability()
            case .file:
                let file = ExportManifest.File(type: nil, url: clinic.base + "/files/Condition", count: nil)
                _ = try await client.download(file, requiresAccessToken: true) { _ in }
            }
            return true
        } catch {
            return false
        }
    }

    private static let transport = CurlTransport()
}
