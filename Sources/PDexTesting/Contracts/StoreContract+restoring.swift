import FHIR
import PDex

extension StoreContract {
    static let restoring: [StorePromise] = [
        StorePromise(
            "of whom a restoration cancelled something is added to the roster of a run of its job, and read in pages by key"
        ) { store in
            let members: [Int64] = [-9, 3, 5, 1 << 62]
            try await store.write { writer in
                for (number, trigger) in [Run.Trigger.schedule, .manual, .replay, .schedule].enumerated() {
                    try writer.open(StoreSample.run("run-\(number)", by: trigger))
                    try writer.cancelByRestoration("x\(number)", of: members[number], in: "run-\(number)")
                    try writer.cancelByRestoration("y\(number)", of: members[number], in: "run-\(number)")
                }
                try writer.open(StoreSample.run("next"))
                try writer.addToRoster(run: "next", patients: [3, 4].map { StoreSample.key($0) })
                try writer.addForgotten(toRosterOf: StoreSample.run("next"))
            }
            try await expectPages(of: [3, 4]) { after in
                try await store.read { try $0.roster(run: "next", after: after, limit: 2) }
            }
            try await expectForgotten([], in: store)
            try await store.write { try $0.record(StoreSample.entry("store.restored", of: nil)) }
            try await expectForgotten([3], in: store)
            for _ in 0..<2 {
                try await store.write { try $0.addForgotten(toRosterOf: StoreSample.run("next")) }
                try await expectForgotten(members, in: store)
            }
            try await expectPages(of: [-9, 3, 4, 5, 1 << 62]) { after in
                try await store.read { try $0.roster(run: "next", after: after, limit: 2) }
            }
        },
        StorePromise(
            "nobody is added who was cancelled otherwise, who asked for it, for whom something was made since, or elsewhere"
        ) { store in
            let elsewhere = [
                ("a", "other", "clinic0", "med0"), ("b", "nightly", "clinic1", "med0"),
                ("c", "nightly", "clinic0", "med1"),
            ].map { id, job, clinic, payer in
                Run(id: id, job: job, trigger: .schedule, clinic: clinic, payer: payer, instant: StoreSample.start)
            }
            try await store.write { writer in
                try writer.open(StoreSample.run("run-1"))
                try writer.open(StoreSample.run("asked", by: .request))
                for run in elsewhere + [StoreSample.run("next")] { try writer.open(run) }
                try writer.put(
                    StoreSample.exchange("taken", member: 1, state: .cancelled, reason: .cancelledByOperator))
                try writer.put(StoreSample.exchange("parked", member: 2, state: .parked, reason: .storeRestored))
                try writer.cancelByRestoration("request", of: 3, in: "asked")
                try writer.cancelByRestoration("old", of: 4, in: "run-1")
                try writer.put(StoreSample.exchange("new", member: 4, state: .acknowledged))
                try writer.cancelByRestoration("forgotten", of: 5, in: "run-1")
                try writer.put(StoreSample.exchange("beside", member: 5, payer: "med1", state: .acknowledged))
                try writer.record(StoreSample.entry("store.restored", of: nil))
                for run in elsewhere + [StoreSample.run("next")] { try writer.addForgotten(toRosterOf: run) }
            }
            let rosters = try await store.read { reader in
                try ["a", "b", "c", "next"].map { try reader.roster(run: $0, after: nil, limit: 9).map(\.bits) }
            }
            try expect(rosters, is: [[], [], [], [5]], "the rosters")
            try await expectForgotten([5], in: store)
        },
        StorePromise(
            "who was withheld because of a restoration is added, whoever asked, until something is made since"
        ) { store in
            try await store.write { writer in
                try writer.open(StoreSample.run("run-1"))
                try writer.open(StoreSample.run("asked", by: .request))
                for run in [StoreSample.run("next"), StoreSample.run("later")] { try writer.open(run) }
                try writer.record(StoreSample.entry("store.restored", of: nil))
                for (member, run) in [(1, "run-1"), (2, "asked")] as [(Int64, String)] {
                    try writer.put(
                        StoreSample.exchange(
                            "x\(member)", member: member, run: run, state: .withheld, reason: .storeRestored))
                }
                try writer.put(StoreSample.exchange("x3", member: 3, state: .withheld, reason: .consentDenied))
                try writer.addForgotten(toRosterOf: StoreSample.run("next"))
            }
            try await expectForgotten([1, 2], in: store)
            try await store.write { writer in
                try writer.put(StoreSample.exchange("y1", member: 1, state: .acknowledged))
                try writer.addForgotten(toRosterOf: StoreSample.run("later"))
            }
            try await expectForgotten([2], in: store)
            let later = try await store.read { try $0.roster(run: "later", after: nil, limit: 9).map(\.bits) }
            try expect(later, is: [2], "the roster")
        },
        StorePromise("who was forgotten is not read of a run that is not there, and cannot be added to it") { store in
            try await expectFault(.storeFailed, "a roster") {
                try await store.write { try $0.addForgotten(toRosterOf: StoreSample.run("none")) }
            }
            try await expectPages(of: []) { after in
                try await store.read {
                    try $0.forgotten(inRosterOf: StoreSample.run("none"), after: after, limit: 2)
                }
            }
        },
    ]

    private static func expectForgotten(_ members: [Int64], in store: any Store) async throws {
        try await expectPages(of: members) { after in
            try await store.read { try $0.forgotten(inRosterOf: StoreSample.run("next"), after: after, limit: 2) }
        }
    }
}

extension StoreWriter {
    /// Inserts an exchange that a restoration cancelled.
    fileprivate func cancelByRestoration(_ id: String, of member: Int64, in run: String) throws {
        try put(StoreSample.exchange(id, member: member, run: run, state: .cancelled, reason: .storeRestored))
    }

    fileprivate func put(_ exchange: Exchange) throws {
        try insert(exchange, audit: [StoreSample.entry("exchange.\(exchange.state.rawValue)", of: exchange.id)])
    }
}
