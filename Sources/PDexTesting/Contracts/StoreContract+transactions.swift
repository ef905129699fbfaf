import FHIR
import PDex

extension StoreContract {
    static let transactions: [StorePromise] = [
        StorePromise("what a transaction did before it threw is undone, and the error comes out as it is") { store in
            try await expectFault(.interrupted, "the transaction") {
                try await store.write { writer in
                    try writer.open(StoreSample.run("run-1"))
                    _ = try writer.stage(StoreSample.batch([StoreSample.resource(1)]))
                    try writer.setWatermark(StoreSample.start, source: "clinic0", scope: "all")
                    throw Fault(.interrupted, .halt, "on purpose")
                }
            }
            let statistics = try await store.read { try $0.statistics() }
            try expect(statistics.staged, is: [:], "what is staged")
            let found = try await store.read {
                (try $0.run("run-1"), try $0.watermark(source: "clinic0", scope: "all"))
            }
            try expect(found.0, is: nil, "the run")
            try expect(found.1, is: nil, "the watermark")
        },
        StorePromise("a transaction reads what it wrote, and everybody else once it is committed") { store in
            let inside = try await store.write { writer in
                try writer.open(StoreSample.run("run-1"))
                return try writer.run("run-1")
            }
            let outside = try await store.read { try $0.run("run-1") }
            try expect(inside, is: StoreSample.run("run-1"), "the run within")
            try expect(outside, is: inside, "the run afterwards")
        },
        StorePromise("a transaction runs to its end though its task was cancelled") { store in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await store.write { try $0.open(StoreSample.run("run-1")) }
                return try await store.read { try $0.run("run-1") }
            }
            let found = try await task.value
            try expect(found?.id, is: "run-1", "the run")
        },
        StorePromise("fifty writers at once lose nothing") { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<50 {
                    group.addTask {
                        try await store.write { try $0.record(StoreSample.entry("writer.\(writer)", of: nil)) }
                    }
                }
                try await group.waitForAll()
            }
            let (trail, broken) = try await store.read {
                (try $0.audit(after: 0, limit: 100), try $0.firstBrokenAuditEntry())
            }
            try expect(Set(trail.map(\.entry.action)).count, is: 50, "different entries")
            try expect(broken, is: nil, "the first broken entry")
        },
        StorePromise("statistics count rows and staged resources by type") { store in
            _ = try await store.write {
                try $0.stage(
                    StoreSample.batch([
                        StoreSample.resource(1), StoreSample.resource(2), StoreSample.resource(3, type: "Patient"),
                    ]))
            }
            let statistics = try await store.read { try $0.statistics() }
            try expect(statistics.staged, is: ["Observation": 2, "Patient": 1], "staged resources")
            try expect(statistics.rows.values.contains(3), "a table has three rows")
            try expect(statistics.schemaVersion >= 1, "there is a schema version")
        },
    ]
}
