import FHIR
import PDex

extension Operations {
    /// The last tick of a job that needs nothing more; a job that was never seen before begins when it was `seen`.
    func lastTick(of job: Job, seen: Instant) async throws -> Instant {
        let name = job.name
        if let last = try await store.read({ try $0.lastTick(ofJob: name) }) { return last }
        return try await store.write { writer in
            if let last = try writer.lastTick(ofJob: name) { return last }
            try writer.keepTick(seen, ofJob: name)
            return seen
        }
    }

    /// Passes a tick of a job over, for good.
    func passOver(_ tick: Instant, of job: Job) async throws {
        let name = job.name
        try await store.write { try $0.keepTick(tick, ofJob: name) }
    }
}
