import FHIR
import PDex
import SampleData

extension StoreContract {
    static let conservation: [StorePromise] = [1, 2, 3].flatMap { seed in
        [
            StorePromise("no random sequence of operations loses or doubles a submission (seed \(seed))") { store in
                var walk = OutboxWalk(store, seed: seed)
                try await walk.walk(250)
            },
            StorePromise("no random sequence of moves loses an exchange (seed \(seed))") { store in
                try await moveAtRandom(store, seed: seed)
            },
            StorePromise("random staging ends in the newest version of each resource (seed \(seed))") { store in
                try await stageAtRandom(store, seed: seed)
            },
        ]
    }

    private static func moveAtRandom(_ store: any Store, seed: UInt64) async throws {
        var numbers = SeededNumbers(seed: seed)
        var states: [String: ExchangeState] = [:]
        for step in 0..<300 {
            if let id = states.keys.sorted().randomElement(using: &numbers), Int.random(in: 0..<4, using: &numbers) > 0
            {
                let next = ExchangeState.allCases.randomElement(using: &numbers) ?? .parked
                if try await store.tryAdvance(id, to: next) { states[id] = next }
            } else {
                try await store.queue(StoreSample.exchange("x\(step)", member: Int64(step)), [])
                states["x\(step)"] = .staged
            }
        }
        let expected = Set(
            Dictionary(grouping: states.values, by: \.self).map {
                ExchangeTally(state: $0.key, reason: nil, count: $0.value.count)
            })
        let (tally, broken) = try await store.read {
            (Set(try $0.tally(run: "run-1")), try $0.firstBrokenAuditEntry())
        }
        try expect(tally, is: expected, "the tally")
        try expect(broken, is: nil, "the first broken audit entry")
    }

    private static func stageAtRandom(_ store: any Store, seed: UInt64) async throws {
        var numbers = SeededNumbers(seed: seed)
        var model: [ResourceKey: StagedResource] = [:]
        for _ in 0..<60 {
            let batch = (0..<Int.random(in: 1...20, using: &numbers)).map { _ in
                let version = Int64.random(in: 0..<6, using: &numbers)
                return StoreSample.resource(
                    Int64.random(in: -8..<8, using: &numbers), version: "\(version)",
                    updated: version == 0 ? nil : StoreSample.seconds(version), patient: 3, content: "v\(version)")
            }
            var expected = StagingCount()
            for resource in batch { expected += stage(resource, into: &model) }
            let count = try await store.write { try $0.stage(StoreSample.batch(batch)).count }
            try expect(count, is: expected, "the count of a batch")
        }
        let found = try await store.read { reader in try (-8..<8).compactMap { try reader.staged(StoreSample.key($0)) }
        }
        try expect(found, is: model.values.sorted { $0.key < $1.key }, "everything staged")
    }

    private static func stage(
        _ resource: StagedResource, into model: inout [ResourceKey: StagedResource]
    ) -> StagingCount {
        var count = StagingCount()
        guard let stored = model[resource.key] else {
            model[resource.key] = resource
            count.new = 1
            return count
        }
        let isOlder = stored.lastUpdated.flatMap { stored in resource.lastUpdated.map { $0 < stored } } ?? false
        if stored.contentHash == resource.contentHash || isOlder {
            count.unchanged = 1
            count.older = stored.contentHash == resource.contentHash ? 0 : 1
        } else {
            model[resource.key] = resource
            count.changed = 1
        }
        return count
    }
}
