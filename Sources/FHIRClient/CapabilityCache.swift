import FHIR
import PDex

/// A server's capability, read once a day (RD-01).
actor CapabilityCache {
    private static let life: Int64 = 86_400_000
    private let session: ServerSession
    private var known: (capability: ServerCapability, read: Instant)?
    private var underway: Task<ServerCapability, any Error>?

    init(_ session: ServerSession) {
        self.session = session
    }

    /// The capability; a caller that asks while it is being read waits for the same answer. Throws `remote.malformed`,
    /// `clinic.capability-missing` or `payer.capability-missing` for another FHIR version than 4.0, and whatever
    /// reading can throw.
    func capability() async throws -> ServerCapability {
        let now = session.clock.now()
        if let known, now.milliseconds - known.read.milliseconds < Self.life { return known.capability }
        let task = underway ?? started(at: now)
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            guard task.isCancelled, !Task.isCancelled else { throw error }
            // Another caller was cancelled, and the reading with it; this one still needs it.
            return try await self.capability()
        }
    }

    /// Starts the one reading that all callers wait for.
    private func started(at now: Instant) -> Task<ServerCapability, any Error> {
        let task = Task {
            defer { underway = nil }
            let capability = try await read()
            known = (capability, now)
            return capability
        }
        underway = task
        return task
    }

    /// The capability if it was ever read, however long ago; asks nothing.
    var lastKnown: ServerCapability? { known?.capability }

    private func read() async throws -> ServerCapability {
        let what = "the CapabilityStatement"
        var request = HTTPRequest(.get, try session.policy.url("/metadata"))
        request.headers["Accept"] = "application/fhir+json"
        let response = try await session.read(request)
        guard response.status == 200 else { throw session.faults.fault(response, what, now: session.clock.now()) }
        guard let capability = CapabilityReader.capability(try session.faults.json(response, what)) else {
            throw session.faults.malformed(what, "it is another resource")
        }
        guard capability.fhirVersion == "4.0" || capability.fhirVersion.hasPrefix("4.0.") else {
            let connection = session.connection
            throw Fault(
                connection.side == .clinic ? .clinicCapability : .payerCapability, .halt,
                "\(connection.name) does not speak FHIR 4.0.",
                hint: "Ask the server's owner for the base URL of its R4 endpoint.")
        }
        return capability
    }
}
