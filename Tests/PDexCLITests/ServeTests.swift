import ServiceLifecycle
import Synchronization
import Testing

@testable import PDexCLI

@Suite("The service")
struct ServeTests {
    @Test("cancelling stops the services gracefully, and that is no failure")
    func stops() async throws {
        let waiting = Waiting()
        let serving = Task { try await ServeCommand.serve([waiting]) }

        serving.cancel()
        try await serving.value

        #expect(waiting.isStoppedGracefully)
    }

    @Test("a service that fails ends the command")
    func fails() async {
        await #expect(throws: Failing.Broken.self) { try await ServeCommand.serve([Failing()]) }
    }

    private final class Waiting: Service {
        private let ending = Mutex(false)

        var isStoppedGracefully: Bool { ending.withLock { $0 } }

        func run() async throws {
            // Throws when it is cancelled instead.
            try await gracefulShutdown()
            ending.withLock { $0 = true }
        }
    }

    private struct Failing: Service {
        struct Broken: Error {}

        func run() async throws {
            throw Broken()
        }
    }
}
