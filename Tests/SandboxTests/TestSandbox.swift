import FHIR
import FHIRClient
import FoundationEssentials
import PDexTesting
import Serving

@testable import Sandbox

/// A sandbox with a clock that tests control, and a client for each of its servers.
struct TestSandbox {
    let sandbox: SandboxServers
    let clock: ManualClock
    let clinic: TestPeer
    let payer: TestPeer

    init(clock: ManualClock = ManualClock(), _ change: (inout SandboxOptions) -> Void = { _ in }) throws {
        let options = try Self.options(clock: clock, change)
        sandbox = try SandboxServers(options)
        self.clock = clock
        clinic = TestPeer(sandbox.clinic, client: options.clinicClientID, clock: clock)
        payer = TestPeer(sandbox.payer, client: options.payerClientID, clock: clock)
    }

    static func options(clock: ManualClock, _ change: (inout SandboxOptions) -> Void = { _ in }) throws
        -> SandboxOptions
    {
        let keys = try TestKeys.shared.get().registered
        var options = SandboxOptions(clientKeys: .init(clinic: keys, payer: keys), clock: clock)
        options.members = 14
        change(&options)
        return options
    }

    /// A path in the temporary folder that nothing else uses.
    static func temporaryPath(_ name: String) -> String {
        FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID().uuidString)-\(name)").path
    }
}
