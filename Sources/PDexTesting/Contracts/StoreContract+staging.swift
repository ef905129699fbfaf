import FHIR
import PDex

extension StoreContract {
    static let staging: [StorePromise] = [
        StorePromise("what was staged is read back as it was, byte for byte") { store in
            let resources = [
                StoreSample.resource(
                    -5, type: "Patient", id: "p", updated: StoreSample.start, content: "{\"a\": 1.00}"),
                StoreSample.resource(7, version: nil, patient: -5, content: ""),
            ]
            _ = try await store.write { try $0.stage(StoreSample.batch(resources)) }
            for resource in resources {
                let found = try await store.read { try $0.staged(resource.key) }
                try expect(found, is: resource, "the staged resource")
            }
            let missing = try await store.read { try $0.staged(StoreSample.key(8)) }
            try expect(missing, is: nil, "a resource that was never staged")
        },
        StorePromise("staging the same content again changes nothing and counts it as unchanged") { store in
            let batch = StoreSample.batch([StoreSample.resource(1), StoreSample.resource(2)])
            let first = try await store.write { try $0.stage(batch).count }
            let again = try await store.write { try $0.stage(batch).count }
            try expect([first.new, first.changed, first.unchanged], is: [2, 0, 0], "the first time")
            try expect([again.new, again.changed, again.unchanged], is: [0, 0, 2], "the second time")
        },
        StorePromise("changed content replaces what was staged, even within one batch") { store in
            let old = StoreSample.resource(1, version: "1", updated: StoreSample.start, content: "old")
            let new = StoreSample.resource(
                1, version: "2", updated: StoreSample.seconds(1), patient: 9, content: "newer and longer")
            let count = try await store.write { try $0.stage(StoreSample.batch([old, new])).count }
            try expect([count.new, count.changed, count.unchanged], is: [1, 1, 0], "the count")
            let found = try await store.read { try $0.staged(new.key) }
            try expect(found, is: new, "the later of the two")
        },
        StorePromise("an older version never overwrites a newer one") { store in
            let newer = StoreSample.resource(1, version: "2", updated: StoreSample.seconds(5), content: "newer")
            let older = StoreSample.resource(1, version: "1", updated: StoreSample.seconds(4), content: "older")
            _ = try await store.write { try $0.stage(StoreSample.batch([newer])) }
            let count = try await store.write { try $0.stage(StoreSample.batch([older])).count }
            try expect(
                [count.unchanged, count.older], is: [1, 1], "the older version counts as unchanged, and as older")
            let found = try await store.read { try $0.staged(newer.key) }
            try expect(found, is: newer, "the newer version")
        },
        StorePromise("a consent that no longer says whose it is stays whose it was, and nothing else does") { store in
            for type in ["Consent", "Flag"] {
                let key: Int64 = type == "Consent" ? 21 : 22
                let owned = StoreSample.resource(key, type: type, patient: 9, content: "of somebody")
                let unsaid = StoreSample.resource(key, type: type, content: "of nobody")
                _ = try await store.write { try $0.stage(StoreSample.batch([owned])) }
                _ = try await store.write { try $0.stage(StoreSample.batch([unsaid])) }
                let found = try await store.read { try $0.staged(owned.key) }
                try expect(found?.bytes, is: unsaid.bytes, "what the \(type) says")
                try expect(found?.patient, is: type == "Consent" ? owned.patient : nil, "whose the \(type) is")
            }
        },
        StorePromise("without a time to compare, what comes later wins") { store in
            let first = StoreSample.resource(1, updated: StoreSample.seconds(5), content: "first")
            let second = StoreSample.resource(1, updated: nil, content: "second")
            let third = StoreSample.resource(1, updated: StoreSample.seconds(1), content: "third")
            for resource in [first, second, third] {
                _ = try await store.write { try $0.stage(StoreSample.batch([resource])) }
                let found = try await store.read { try $0.staged(resource.key) }
                try expect(found, is: resource, "the resource that came last")
            }
        },
        StorePromise("two identities with one key are refused, whichever of source, type and id differs") { store in
            let first = StoreSample.resource(1, id: "a")
            _ = try await store.write { try $0.stage(StoreSample.batch([first])) }
            let others = [
                StoreSample.resource(1, id: "b"), StoreSample.resource(1, type: "Condition", id: "a"),
                StoreSample.resource(1, id: "a", source: "clinic1"),
            ]
            for other in others {
                try await expectFault(.storeKeyCollision, "a key collision") {
                    _ = try await store.write {
                        try $0.stage(StoreSample.batch([StoreSample.resource(0, source: other.source), other]))
                    }
                }
            }
            let (kept, companion) = try await store.read {
                (try $0.staged(first.key), try $0.staged(StoreSample.key(0)))
            }
            try expect(kept, is: first, "the resource that was there")
            try expect(companion, is: nil, "the rest of a refused batch")
        },
        StorePromise("a row that points outside its batch is refused") { store in
            var batch = StoreSample.batch([StoreSample.resource(1, content: "0123456789")])
            batch.bytes.removeLast()
            let torn = batch
            try await expectFault(.storeFailed, "a torn batch") { _ = try await store.write { try $0.stage(torn) } }
        },
        StorePromise("what was unstaged is gone, and nothing leads to it any more") { store in
            _ = try await store.write { writer in
                _ = try writer.stage(StoreSample.batch([StoreSample.resource(1), StoreSample.resource(2)]))
                try writer.identify(StoreSample.key(1), by: [50])
                try writer.index(StoreSample.key(1), of: "clinic0", for: "med0", facts: nil, links: [60], basis: 1)
                try writer.unstage([StoreSample.key(1), StoreSample.key(3)])
            }
            let (gone, kept, identified, linked) = try await store.read {
                (
                    try $0.staged(StoreSample.key(1)), try $0.staged(StoreSample.key(2)),
                    try $0.resources(identifiedBy: 50), try $0.members(linkedBy: 60)
                )
            }
            try expect(gone, is: nil, "the unstaged resource")
            try expect(kept?.key, is: StoreSample.key(2), "the other resource")
            try expect(identified + linked, is: [], "ways to the unstaged resource")
        },
    ]
}
