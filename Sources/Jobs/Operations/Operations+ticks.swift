import FHIR
import PDex

extension Operations {
    /// A job's last tick that needs nothing more; for a job never seen before, the instant when it was `seen`.
    func lastTick(of job: Job, seen: Instant) async throws -> Instant {
        let name = job.name
        if let last = try await store.read({ try $0.lastTick(ofJob: name) }) { return last }
        return try await store.write { writer in
            if let last = try writer.lastTick(ofJob: name) { return last }
            try writer.keepTick(seen, ofJob: name)
            return seen
        }
    }

    /// Passes over a tick of a job, for good.
    func passOver(_ tick: Instant, of job: Job) async throws {
        let name = job.name
        try await store.write { try $0.keepTick(tick, ofJob: name) }
    }
}
