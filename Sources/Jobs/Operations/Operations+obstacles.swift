import FHIR
public import PDex

extension Operations {
    /// Under what is kept with an open run what stopped the last attempt at it: until an attempt comes to its end, also
    /// over restarts.
    private static let obstacleMark = "obstacle"

    /// Keeps what stopped an attempt at a run, unless it has ended, also when this task has been cancelled; what stopped
    /// it matters more than a failure here.
    func keep(_ obstacle: Obstacle?, of run: Run) async {
        guard let obstacle else { return }
        let cursor = String(decoding: obstacle.json.serialized(), as: UTF8.self)
        let keeping = Task {
            try await store.write { writer in
                guard try writer.run(run.id)?.state == .running else { return }
                try writer.recordProgress(run: run.id, unit: Self.obstacleMark, cursor: cursor)
            }
        }
        _ = await keeping.result
    }

    /// What stopped the last attempt at a run that is open; nil where none failed.
    public func obstacle(ofRun id: String) async throws -> Obstacle? {
        try await store.read { try Self.obstacle(ofRun: id, $0) }
    }

    /// The runs that are open though the last attempt at them failed, with what stopped it: over the whole rosters of
    /// jobs, and replays.
    public func stoppedRuns(ofJobs jobs: [String]) async throws -> [(run: Run, obstacle: Obstacle)] {
        try await store.read { reader in
            let open = try jobs.compactMap { try reader.unfinishedRun(ofJob: $0) } + reader.openReplays()
            return try open.compactMap { run in
                try Self.obstacle(ofRun: run.id, reader).map { (run: run, obstacle: $0) }
            }
        }
    }

    private static func obstacle(ofRun id: String, _ reader: any StoreReader) throws -> Obstacle? {
        guard let kept = try reader.pullProgress(run: id, unit: obstacleMark),
            let json = try? JSONParser.parse(kept)
        else { return nil }
        return Obstacle(json: json)
    }
}
