import FHIR
import PDex

extension StoreContract {
    static let finding: [StorePromise] = [
        StorePromise("exchanges are found by the beginning of their ids, letter by letter, in order and up to a limit")
        {
            store in
            try await store.write { writer in
                try writer.open(StoreSample.run("run-1"))
                for id in ["abc2", "abd", "abc", "Abc1", "abc1", "ab%"] {
                    try writer.insert(StoreSample.exchange(id), audit: [StoreSample.entry("exchange.staged", of: id)])
                }
            }
            let found = try await store.read { reader in
                try [("abc", 9), ("abc", 2), ("ab%", 9), ("a_", 9), ("abc1", 9), ("abcd", 9)].map {
                    try reader.exchangeIDs(startingWith: $0.0, limit: $0.1)
                }
            }
            try expect(
                found, is: [["abc", "abc1", "abc2"], ["abc", "abc1"], ["ab%"], [], ["abc1"], []], "the exchanges")
        },
        StorePromise("exchanges are found by clinic, by any of several members, and by when they changed") { store in
            try await store.write { writer in
                try writer.open(StoreSample.run("run-1"))
                for member in 1...4 {
                    var exchange = StoreSample.exchange("x\(member)", member: Int64(member))
                    exchange.updated = StoreSample.seconds(Int64(member))
                    try writer.insert(exchange, audit: [StoreSample.entry("exchange.staged", of: exchange.id)])
                }
            }
            let filters = [
                ExchangeFilter(clinic: "clinic0"), ExchangeFilter(clinic: "clinic1"),
                ExchangeFilter(members: [2, 4, 9].map { StoreSample.key($0) }.reduce(into: []) { $0.insert($1) }),
                ExchangeFilter(since: StoreSample.seconds(3)), ExchangeFilter(until: StoreSample.seconds(3)),
                ExchangeFilter(since: StoreSample.seconds(2), until: StoreSample.seconds(4)),
            ]
            let found = try await store.read { reader in
                try filters.map { try reader.exchanges(matching: $0, limit: 9).map(\.id) }
            }
            try expect(
                found,
                is: [["x4", "x3", "x2", "x1"], [], ["x4", "x2"], ["x4", "x3"], ["x2", "x1"], ["x3", "x2"]],
                "the exchanges")
        },
        StorePromise("a compartment is its patient and then everything that belongs to it, by key") { store in
            let patient = StoreSample.resource(5, type: "Patient")
            let inside = [-9, 3, 8].map { StoreSample.resource($0, patient: 5) }
            let outside = [StoreSample.resource(4, patient: 6), StoreSample.resource(7)]
            let batch = StoreSample.batch(inside.reversed() + outside + [patient])
            _ = try await store.write { try $0.stage(batch) }
            let (found, hashes, without) = try await store.read {
                (
                    try $0.compartment(of: patient.key), try $0.compartmentHashes(of: patient.key),
                    try $0.compartment(of: StoreSample.key(6))
                )
            }
            try expect(found, is: [patient] + inside, "the compartment")
            try expect(
                hashes, is: found.map { StagedHash(key: $0.key, contentHash: $0.contentHash) }, "its hashes")
            try expect(without.map(\.key), is: [StoreSample.key(4)], "the compartment of a patient that is not staged")
        },
        StorePromise("what the join asks of a compartment is what was last staged, or nothing, by key") { store in
            let patient = StoreSample.resource(5, type: "Patient", patient: 5)
            let visit = StoreSample.resource(8, type: "Encounter", patient: 5)
            let other = StoreSample.resource(-2, patient: 5)
            let care = [
                CareFacts(visits: [], dates: ServiceDates(first: "2026-01-02T08:00:00Z", last: "2026-02")),
                CareFacts(
                    visits: [StoreSample.key(-8), StoreSample.key(8)], dates: ServiceDates(first: "2026", last: nil)),
            ]
            func batch(_ resources: [StagedResource], _ care: [CareFacts?]) -> StagingBatch {
                var batch = StoreSample.batch(resources)
                batch.rows = zip(batch.rows, care).map { $0.knowing($1) }
                return batch
            }
            let first = batch([patient, visit, other], [nil] + care)
            let second = batch([StoreSample.resource(8, type: "Encounter", patient: 5, content: "2")], [nil])
            func found() async throws -> [StagedCare] { try await store.read { try $0.care(of: patient.key) } }

            _ = try await store.write { try $0.stage(first) }
            let before = try await found()
            _ = try await store.write { try $0.stage(second) }
            let after = try await found()

            try expect(before.map(\.key), is: [StoreSample.key(-2), StoreSample.key(8)], "the keys")
            try expect(before.map(\.type), is: ["Observation", "Encounter"], "the types")
            try expect(before.map(\.contentHash), is: [other.contentHash, visit.contentHash], "the hashes")
            try expect(before.map(\.care), is: [care[1], care[0]], "the facts")
            try expect(after.map(\.care), is: [care[1], nil], "the facts of another version")
        },
        StorePromise("what speaks of a resource is in its patient's compartment, whenever either came, once") { store in
            let (joe, ada) = (StoreSample.resource(5, type: "Patient"), StoreSample.resource(6, type: "Patient"))
            let witnesses = [4, 7, 9].map { StoreSample.resource($0, type: "Provenance") }
            let visits = [StoreSample.resource(3, patient: 5), StoreSample.resource(8, patient: 6)]
            let rewritten = StoreSample.resource(7, type: "Provenance", content: "version 2")
            try await store.write { writer in
                _ = try writer.stage(StoreSample.batch(witnesses, aimed: [4: [5, 3, 3], 7: [8], 9: [3, 99]]))
                _ = try writer.stage(StoreSample.batch([rewritten], aimed: [7: [3, 6, 99]]))
                _ = try writer.stage(StoreSample.batch([joe, ada] + visits))
            }
            let (his, hashes, hers) = try await store.read {
                (
                    try $0.compartment(of: joe.key), try $0.compartmentHashes(of: joe.key),
                    try $0.compartment(of: ada.key)
                )
            }
            try expect(his.map(\.key), is: [5, 3, 4, 7, 9].map { StoreSample.key($0) }, "his compartment")
            try expect(hashes, is: his.map { StagedHash(key: $0.key, contentHash: $0.contentHash) }, "its hashes")
            try expect(hers.map(\.key), is: [6, 7, 8].map { StoreSample.key($0) }, "her compartment")
            try await store.write { try $0.unstage([witnesses[2].key]) }
            let left = try await store.read { try $0.compartmentHashes(of: joe.key) }
            try expect(left.map(\.key), is: [5, 3, 4, 7].map { StoreSample.key($0) }, "what is left of it")
        },
        StorePromise("hashes are given for the keys that are staged") { store in
            let resource = StoreSample.resource(1)
            _ = try await store.write { try $0.stage(StoreSample.batch([resource])) }
            let hashes = try await store.read { try $0.stagedHashes([StoreSample.key(2), resource.key]) }
            try expect(
                hashes, is: [StagedHash(key: resource.key, contentHash: resource.contentHash)], "the hashes")
        },
        StorePromise("business identifiers are replaced, and lead to every resource that carries them") { store in
            try await store.write { writer in
                try writer.identify(StoreSample.key(2), by: [10, 11, 10])
                try writer.identify(StoreSample.key(1), by: [10])
                try writer.identify(StoreSample.key(2), by: [10, 12])
            }
            let found = try await store.read { reader in
                try [10, 11, 12].map { try reader.resources(identifiedBy: $0) }
            }
            try expect(
                found, is: [[StoreSample.key(1), StoreSample.key(2)], [], [StoreSample.key(2)]], "what identifiers find"
            )
        },
        StorePromise("a source's patients come page by page, also those that only others refer to") { store in
            let own = StoreSample.batch([
                StoreSample.resource(5, type: "Patient"), StoreSample.resource(-3, type: "Patient"),
                StoreSample.resource(1, patient: 5), StoreSample.resource(2, patient: .max),
                StoreSample.resource(3, patient: .min),
            ])
            let other = StoreSample.batch([StoreSample.resource(6, type: "Patient", source: "med0")])
            try await store.write {
                _ = try $0.stage(own)
                _ = try $0.stage(other)
            }
            try await expectPages(of: [.min, -3, 5, .max]) { after in
                try await store.read { try $0.patients(ofSource: "clinic0", after: after, limit: 2) }
            }
        },
        StorePromise("the keys of one type of a source come page by page") { store in
            let keys: [Int64] = [-8, 0, 4]
            let own = StoreSample.batch(
                keys.map { StoreSample.resource($0) } + [StoreSample.resource(3, type: "Condition")])
            let other = StoreSample.batch([StoreSample.resource(5, source: "med0")])
            try await store.write {
                _ = try $0.stage(own)
                _ = try $0.stage(other)
            }
            try await expectPages(of: keys) { after in
                try await store.read { try $0.keys(ofSource: "clinic0", type: "Observation", after: after, limit: 2) }
            }
        },
        StorePromise("a watermark is the last that was set, for each scope of each source") { store in
            try await store.write { writer in
                try writer.setWatermark(StoreSample.seconds(9), source: "clinic0", scope: "a")
                try writer.setWatermark(StoreSample.seconds(5), source: "clinic0", scope: "a")
                try writer.setWatermark(StoreSample.seconds(7), source: "med0", scope: "a")
            }
            let found = try await store.read {
                [
                    try $0.watermark(source: "clinic0", scope: "a"), try $0.watermark(source: "med0", scope: "a"),
                    try $0.watermark(source: "clinic0", scope: "b"),
                ]
            }
            try expect(found, is: [StoreSample.seconds(5), StoreSample.seconds(7), nil], "the watermarks")
        },
        StorePromise("a patient's watermark is that patient's alone, and not the scope's") { store in
            try await store.write { writer in
                try writer.setWatermark(StoreSample.seconds(9), of: StoreSample.key(1), source: "clinic0", scope: "a")
                try writer.setWatermark(StoreSample.seconds(5), of: StoreSample.key(1), source: "clinic0", scope: "a")
            }
            let found = try await store.read {
                [
                    try $0.watermark(of: StoreSample.key(1), source: "clinic0", scope: "a"),
                    try $0.watermark(of: StoreSample.key(2), source: "clinic0", scope: "a"),
                    try $0.watermark(of: StoreSample.key(1), source: "clinic0", scope: "b"),
                    try $0.watermark(source: "clinic0", scope: "a"),
                ]
            }
            try expect(found, is: [StoreSample.seconds(5), nil, nil, nil], "the watermarks")
        },
        StorePromise("newcomers of a roster are those who were not whole at that time") { store in
            try await store.write { writer in
                try writer.open(StoreSample.run("old", at: StoreSample.seconds(1)))
                try writer.open(StoreSample.run("new", at: StoreSample.seconds(2)))
                try writer.addToRoster(run: "old", patients: [1, 2].map { StoreSample.key($0) })
                try writer.addToRoster(run: "new", patients: [.min, 1, 2, 3, .max].map { StoreSample.key($0) })
                try writer.setWatermark(StoreSample.seconds(9), ofRosterOf: "old", source: "clinic0", scope: "a")
                try writer.setWatermark(StoreSample.seconds(8), of: StoreSample.key(3), source: "clinic0", scope: "a")
            }
            try await expectPages(of: [.min, 3, .max]) { after in
                try await store.read {
                    try $0.newcomers(
                        inRosterOf: "new", since: StoreSample.seconds(9), source: "clinic0", scope: "a", after: after,
                        limit: 2)
                }
            }
        },
        StorePromise("what a roster's patients have of the types asked for and did not come is missing, up to a limit")
        {
            store in
            let seen = try await store.write { writer in
                try writer.open(StoreSample.run("run-1"))
                try writer.addToRoster(run: "run-1", patients: [1, 5, 9].map { StoreSample.key($0) })
                _ = try writer.stage(
                    StoreSample.batch([
                        StoreSample.resource(1, type: "Patient"), StoreSample.resource(2, patient: 1),
                        StoreSample.resource(3, patient: 1), StoreSample.resource(4, patient: 5),
                        StoreSample.resource(6, patient: 7), StoreSample.resource(8),
                        StoreSample.resource(10, patient: 5, content: "old"),
                        StoreSample.resource(13, type: "Goal", patient: 9),
                    ]))
                _ = try writer.stage(StoreSample.batch([StoreSample.resource(11, patient: 5, source: "med0")]))
                let came = try writer.stage(
                    StoreSample.batch([
                        StoreSample.resource(2, patient: 1), StoreSample.resource(10, patient: 5, content: "new"),
                        StoreSample.resource(12, patient: 1),
                    ]))
                var seen = ArrivalSet()
                for arrival in came.arrivals { seen.insert(arrival) }
                return seen
            }
            let (missing, cut, stranger, records) = try await store.read { reader in
                let ask = { (source: String, types: Set<String>, limit: Int) in
                    try reader.missing(ofRosterOf: "run-1", source: source, types: types, besides: seen, limit: limit)
                }
                return (
                    try [ask("clinic0", ["Observation"], 9), ask("clinic0", ["Observation", "Goal"], 9)],
                    // Missing resources of other types that come before do not use up the limit.
                    try [ask("clinic0", ["Observation"], 1), ask("clinic0", ["Goal"], 1)],
                    try ask("clinic9", ["Observation"], 9), try reader.records(of: StoreSample.key(1))
                )
            }
            let keys = { (bits: [Int64]) in bits.map { StoreSample.key($0) } }
            try expect(missing, is: [keys([3, 4]), keys([3, 4, 13])], "what is missing")
            try expect(cut, is: [keys([3]), keys([13])], "one of each type")
            try expect([stranger, records], is: [[], keys([2, 3, 12])], "what a stranger misses, what a patient has")
        },
        StorePromise("what no patient of a roster accounts for is counted: without a patient, or of another") { store in
            try await store.write { writer in
                try writer.open(StoreSample.run("run-1"))
                try writer.addToRoster(run: "run-1", patients: [StoreSample.key(1)])
                _ = try writer.stage(
                    StoreSample.batch([
                        StoreSample.resource(1, type: "Patient"), StoreSample.resource(2, patient: 1),
                        StoreSample.resource(3), StoreSample.resource(4, type: "Practitioner"),
                        StoreSample.resource(5, type: "Patient"), StoreSample.resource(6, patient: 5),
                    ]))
                _ = try writer.stage(StoreSample.batch([StoreSample.resource(7, source: "med0")]))
            }
            let found = try await store.read { try $0.outsideRoster(of: "run-1", source: "clinic0") }
            try expect(found, is: OutsideRoster(unlinked: 1, others: 2), "what is outside the roster")
            try await store.write { writer in
                _ = try writer.stage(
                    StoreSample.batch(
                        (10...14).map { StoreSample.resource($0, type: "Provenance") },
                        aimed: [10: [2], 11: [6], 12: [5, 1], 13: [4, 99]]))
            }
            let more = try await store.read { try $0.outsideRoster(of: "run-1", source: "clinic0") }
            try expect(more, is: OutsideRoster(unlinked: 3, others: 3), "what is outside the roster, with Provenance")
        },
    ]

    /// Reads pages until one is empty; expects every key once, in order.
    static func expectPages(
        of keys: [Int64], _ page: (ResourceKey?) async throws -> [ResourceKey]
    ) async throws {
        var found: [ResourceKey] = []
        var last: ResourceKey?
        repeat {
            let next = try await page(last)
            found += next
            last = next.last
        } while last != nil && found.count <= keys.count
        try expect(found, is: keys.map { StoreSample.key($0) }, "all pages")
    }
}
