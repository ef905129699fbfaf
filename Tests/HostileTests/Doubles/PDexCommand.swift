import Foundation

/// The program itself in a folder of its own, between a hostile clinic and a payer on loopback ports.
struct PDexCommand {
    /// The outcome.
    struct Ending {
        let status: Int32
        let text: String
        /// The largest resident set.
        let peakBytes: Int
        let seconds: Double
    }

    static let clinicNPI = "1234567893"
    static let payerNPI = "1003000126"

    private let folder: String

    /// Writes configuration, keys and a job; the payer has no records unless said otherwise.
    init(
        clinic: String, payer: String, by method: String, maxFileSize: String,
        types: [String] = ["Patient", "Observation"], records: String = "{ file: ./none.ndjson }"
    ) throws {
        folder = NSTemporaryDirectory() + "/pdex-bomb-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder + "/jobs", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let mappings = URL(fileURLWithPath: HostileNight.mappings).deletingLastPathComponent().path
        let configuration = """
            store: { sqlite: ./pdex.db }
            keys: ./keys
            jobs: ./jobs
            mappings: "\(mappings)"
            clinics:
              clinic0:
                base: \(clinic)
                client-id: pdex-clinic0
                key: clinic0
                identifier-system: https://clinic0.example/fhir-id
                organization: { npi: "\(Self.clinicNPI)", name: Clinic0 }
                max-file-size: \(maxFileSize)
            payers:
              med0:
                base: \(payer)
                client-id: pdex-med0
                key: med0
                organization: { npi: "\(Self.payerNPI)", name: Med0 }
                coverage: \(records)
                consent: \(records)

            """
        let job = """
            job: bombed
            on: { request: true }
            from: clinic0
            to: med0
            select: { by: \(method), group: med0-members, types: [\(types.joined(separator: ", "))] }
            map: us-core-6.1.0

            """
        try configuration.write(toFile: folder + "/pdex.yaml", atomically: true, encoding: .utf8)
        try job.write(toFile: folder + "/jobs/bombed.yaml", atomically: true, encoding: .utf8)
        try "".write(toFile: folder + "/none.ndjson", atomically: true, encoding: .utf8)
        for kid in ["clinic0", "med0"] {
            _ = try ending(of: start(["keys", "new", kid, "--config", folder + "/pdex.yaml"]))
        }
    }

    /// Takes over the secret from which another one derives identities.
    func takeSecret(of other: PDexCommand) throws {
        let name = "/keys/identity.secret"
        try? FileManager.default.removeItem(atPath: folder + name)
        try FileManager.default.copyItem(atPath: other.folder + name, toPath: folder + name)
    }

    /// Runs the job to its end.
    func run() throws -> Ending { try ending(of: start()) }

    /// Starts running the job.
    func start() throws -> pid_t { try start(["run", "bombed", "--config", folder + "/pdex.yaml"]) }

    /// Ends a process so that nothing in it can notice.
    func kill(_ process: pid_t) throws -> Ending {
        Foundation.kill(process, SIGKILL)
        return try ending(of: process)
    }

    /// Removes the folder.
    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    private func start(_ arguments: [String]) throws -> pid_t {
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("pdex").path
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, folder + "/log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var raw: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in raw { free(pointer) } }
        var id: pid_t = 0
        guard posix_spawn(&id, program, &actions, nil, &raw, environ) == 0 else { throw POSIXError(.ENOENT) }
        return id
    }

    private func ending(of id: pid_t) throws -> Ending {
        let began = ContinuousClock.now
        var status: Int32 = 0
        var peak = 0
        // The largest resident set that wait4 reports starts at that of the parent process.
        while waitpid(id, &status, WNOHANG) == 0 {
            peak = max(peak, Self.peakBytes(of: id))
            poll(nil, 0, 2)
        }
        return Ending(
            status: status & 0x7f == 0 ? (status >> 8) & 0xff : -1,
            text: try String(contentsOfFile: folder + "/log", encoding: .utf8), peakBytes: peak,
            seconds: (ContinuousClock.now - began) / .seconds(1))
    }

    private static func peakBytes(of id: pid_t) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropLast().last.flatMap { Int($0) } ?? 0) << 10
    }
}
