import FHIR
import FHIRClient
import Foundation
import PDex

/// Requests an export from the sandbox's clinic with our own client, and returns the URLs of its files.
struct ExportedFiles {
    private let clinic: ClinicClient

    init(_ sandbox: SandboxProcess, port: Int) throws {
        let registration = ServerConnection.BackendServices(clientID: "pdex-clinic0", keyID: "clinic0-demo")
        let connection = ServerConnection(
            name: "clinic0", side: .clinic, base: "http://127.0.0.1:\(port)/fhir/r4",
            authorization: .backendServices(registration), scopes: ScopeSet(types: ["*"], letters: [.read, .search]))
        clinic = ClinicClient(
            try ServerSession(
                connection, keys: KeyFolder(path: sandbox.path("keys")), transport: CurlTransport(),
                clock: BenchmarkClock()))
    }

    /// The files of an export of everything; they can be downloaded without a token.
    func urls() async throws -> [String] {
        let start = try await clinic.startExport(ExportRequest(level: .group("med0-members"), types: [], since: nil))
        guard case .complete(let manifest) = try await clinic.pollExport(start.statusURL) else {
            throw BenchmarkError("the sandbox takes its time with an export")
        }
        return manifest.output.map(\.url)
    }

    /// The machine's clock.
    private struct BenchmarkClock: WallClock {
        func now() -> Instant {
            Instant(seconds: Int64(Date().timeIntervalSince1970))
        }

        func sleep(seconds: Double) async throws {
            usleep(UInt32(seconds * 1e6))
        }
    }
}
