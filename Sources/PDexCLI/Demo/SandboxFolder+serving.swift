import FHIR
import FHIRClient
import PDex
import Sandbox

extension SandboxFolder {
    /// The options for this folder's sandbox. `faults` happen at Med0; by default there is one refusal to look at.
    func options(_ settings: SandboxSettings, faults: SandboxFaults = SandboxFaults(refuseOnce: true)) throws
        -> SandboxOptions
    {
        var options = SandboxOptions(
            clientKeys: .init(
                clinic: try registration(of: Self.clinicKey), payer: try registration(of: Self.payerKey)),
            clock: SystemClock())
        options.seed = UInt64(settings.seed)
        options.members = settings.members
        options.asOf = settings.asOf
        options.clinicData = settings.clinicData
        options.clinicPort = LoopbackPort.isFree(settings.clinicPort) ? settings.clinicPort : 0
        options.payerPort = LoopbackPort.isFree(settings.payerPort) ? settings.payerPort : 0
        options.med0File = med0
        options.dropFolder = drops
        options.faults = faults
        return options
    }

    /// Runs clinic and payer while `body` runs, which gets the folder's configuration with their addresses.
    func serving<Value: Sendable>(
        _ body: @escaping @Sendable (Configuration) async throws -> Value
    ) async throws -> Value {
        let sandbox = try Self.sandbox(try options(try settings()))
        let written = try ConfigurationFile.load(path: configuration)
        return try await Self.running(sandbox) { clinic, payer in
            // The configured ports may be taken by others: the addresses at which the two really listen count.
            var configuration = written
            configuration.setBase(clinic, ofClinic: "clinic0")
            configuration.setBase(payer, ofPayer: "med0")
            return try await body(configuration)
        }
    }

    /// Sets up a sandbox; an error that prevents this becomes a fault.
    static func sandbox(_ options: SandboxOptions) throws -> SandboxServers {
        do {
            return try SandboxServers(options)
        } catch let error as SandboxError {
            throw Fault(.usage, .stop, error.description)
        }
    }

    /// Runs a sandbox while `body` runs.
    static func running<Value: Sendable>(
        _ sandbox: SandboxServers, _ body: @Sendable (_ clinicBase: String, _ payerBase: String) async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sandbox.run() }
            defer { group.cancelAll() }
            let bases: (clinic: String, payer: String)
            do {
                bases = (try await sandbox.clinicBase, try await sandbox.payerBase)
            } catch {
                throw Fault(
                    .usage, .stop, "Clinic0 and Med0 cannot listen on their ports.",
                    hint: "Name free ones with --clinic-port and --payer-port.")
            }
            return try await body(bases.clinic, bases.payer)
        }
    }
}

extension SandboxOptions.ClientKeys {
    /// Registers further public keys at both servers.
    mutating func add(_ keys: [JSONValue]) {
        clinic = ["keys": .array((clinic["keys"]?.elements ?? []) + keys)]
        payer = ["keys": .array((payer["keys"]?.elements ?? []) + keys)]
    }
}

extension Configuration {
    fileprivate mutating func setBase(_ base: String, ofClinic name: String) {
        for index in clinics.indices where clinics[index].server.name == name { clinics[index].server.base = base }
    }

    fileprivate mutating func setBase(_ base: String, ofPayer name: String) {
        for index in payers.indices where payers[index].server.name == name { payers[index].server.base = base }
    }
}
