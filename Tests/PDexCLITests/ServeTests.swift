import ServiceLifecycle
import Testing

@testable import PDexCLI

@Suite("The service")
struct ServeTests {
    @Test("cancelling stops the services gracefully, and that is no failure")
    func stops() async throws {
        let serving = Task { try await ServeCommand.serve([Waiting()]) }

        serving.cancel()

        try await serving.value
    }

    @Test("a service that fails ends the command")
    func fails() async {
        await #expect(throws: Failing.Broken.self) { try await ServeCommand.serve([Failing()]) }
    }

    private struct Waiting: Service {
        func run() async throws {
            try await gracefulShutdown()
        }
    }

    private struct Failing: Service {
        struct Broken: Error {}

        func run() async throws {
            throw Broken()
        }
    }
}
