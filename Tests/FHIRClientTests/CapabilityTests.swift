import FHIRClient
import PDex
import Testing

/// What a server offers is asked at the start of a run, among other things (RD-01).
@Suite("Whoever asks what a server offers while that is being read waits for the same answer")
struct CapabilityTests {
    private static let statement =
        #"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"mode":"server"}]}"#

    @Test("a thousand callers make one request")
    func together() async throws {
        let transport = FunctionTransport { _, _ in .json(Self.statement) }
        let client = ClinicClient(try session(transport))

        let versions = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<1000 { group.addTask { try await client.capability().fhirVersion } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }

        #expect(versions == ["4.0.1"])
        #expect(transport.requests.count == 1)
    }

    @Test("a caller who is stopped waits no longer, and stops nobody else")
    func stopped() async throws {
        let gate = Gate(isOpen: false)
        let transport = FunctionTransport { _, number in
            if number == 1 {
                await gate.pass()
                try Task.checkCancellation()
            }
            return .json(Self.statement)
        }
        let client = ClinicClient(try session(transport))
        let hasty = Task { try await client.capability() }
        await gate.arrival()
        let patient = Task { try await client.capability() }
        for _ in 0..<20 { await Task.yield() }

        hasty.cancel()
        gate.open()

        await #expect(throws: CancellationError.self) { try await hasty.value }
        #expect(try await patient.value.fhirVersion == "4.0.1")
    }

    @Test("a failure is told to everybody who waited, and the next caller asks again")
    func failed() async throws {
        let transport = FunctionTransport { _, number in
            .json(number == 1 ? "{}" : Self.statement, status: number == 1 ? 401 : 200)
        }
        let client = ClinicClient(try session(transport))

        await #expect(throws: Fault.self) { try await client.capability() }

        #expect(try await client.capability().fhirVersion == "4.0.1")
        #expect(transport.requests.count == 2)
    }
}
