import FHIR
import PDex

extension StoreContract {
    static let runs: [StorePromise] = [
        StorePromise("opening a run again leaves it as it is") { store in
            let run = StoreSample.run("run-1")
            var other = run
            other.state = .failed
            let again = other
            try await store.write { writer in
                try writer.open(run)
                try writer.open(again)
            }
            let found = try await store.read { try $0.run("run-1") }
            try expect(found, is: run, "the run")
        },
        StorePromise("what can be gone on with is the latest run of the whole roster that has not ended") { store in
            try await store.write { writer in
                try writer.open(StoreSample.run("b", at: StoreSample.seconds(20)))
                try writer.open(StoreSample.run("a", by: .manual, at: StoreSample.seconds(10)))
                try writer.open(StoreSample.run("c", job: "other", at: StoreSample.seconds(30)))
                for (index, trigger) in [Run.Trigger.request, .replay, .dryRun].enumerated() {
                    try writer.open(StoreSample.run("d\(index)", by: trigger, at: StoreSample.seconds(40)))
                }
            }
            try await expectUnfinished("b", in: store)
            try await store.write { try $0.close("b", as: .failed, summary: []) }
            try await expectUnfinished("a", in: store)
            try await store.write { try $0.close("a", as: .complete, summary: []) }
            try await expectUnfinished(nil, in: store)
        },
        StorePromise("the last tick of a job is the one that was kept last, and no run's") { store in
            try await store.write { writer in
                try writer.keepTick(StoreSample.seconds(30), ofJob: "nightly")
                try writer.keepTick(StoreSample.seconds(20), ofJob: "nightly")
                try writer.keepTick(StoreSample.seconds(50), ofJob: "other")
                try writer.open(StoreSample.run("a", at: StoreSample.seconds(60)))
            }
            let found = try await store.read { (try $0.lastTick(ofJob: "nightly"), try $0.lastTick(ofJob: "none")) }
            try expect(found.0, is: StoreSample.seconds(20), "the last tick")
            try expect(found.1, is: nil, "the last tick of a job that was never seen")
        },
        StorePromise("a run that is adopted has its new owner, and is otherwise as it was") { store in
            var run = StoreSample.run("run-1")
            run.owner = "somebody"
            let opened = run
            try await store.write { try $0.open(opened) }
            try await store.write { try $0.adopt("run-1", by: "somebody else") }
            run.owner = "somebody else"
            let found = try await store.read { try $0.run("run-1") }
            try expect(found, is: run, "the run")
        },
        StorePromise("progress is what was recorded last for each unit, and is forgotten when the run ends") { store in
            try await store.write { writer in
                try writer.open(StoreSample.run("run-1"))
                try writer.recordProgress(run: "run-1", unit: "Patient", cursor: "1")
                try writer.recordProgress(run: "run-1", unit: "Patient", cursor: "2")
                try writer.recordProgress(run: "run-1", unit: "Encounter", cursor: "")
            }
            let before = try await store.read { try $0.pullProgress(run: "run-1") }
            try expect(before, is: ["Patient": "2", "Encounter": ""], "the progress")
            let (one, none) = try await store.read {
                (
                    try $0.pullProgress(run: "run-1", unit: "Patient"),
                    try $0.pullProgress(run: "run-1", unit: "Observation")
                )
            }
            try expect(one, is: "2", "the progress in one unit")
            try expect(none, is: nil, "the progress in a unit that was not begun")
            try await store.write { try $0.close("run-1", as: .complete, summary: Array("{}".utf8)) }
            let (after, run) = try await store.read { (try $0.pullProgress(run: "run-1"), try $0.run("run-1")) }
            try expect(after, is: [:], "the progress of an ended run")
            try expect(run?.state, is: .complete, "the run's state")
            try expect(run?.summary, is: Array("{}".utf8), "the run's summary")
        },
        StorePromise("a roster is read in pages by key, each patient once, until a later run of its job ends") {
            store in
            try await store.write { writer in
                try writer.open(StoreSample.run("old", at: StoreSample.seconds(1)))
                try writer.open(StoreSample.run("new", at: StoreSample.seconds(2)))
                try writer.open(StoreSample.run("elsewhere", job: "other", at: StoreSample.seconds(1)))
                for run in ["old", "new", "elsewhere"] {
                    try writer.addToRoster(run: run, patients: [5, .min, 3, 5, .max].map { StoreSample.key($0) })
                    try writer.addToRoster(run: run, patients: [StoreSample.key(3)])
                }
                try writer.close("new", as: .complete, summary: [])
            }
            try await expectPages(of: []) { after in
                try await store.read { try $0.roster(run: "old", after: after, limit: 2) }
            }
            for run in ["new", "elsewhere"] {
                try await expectPages(of: [.min, 3, 5, .max]) { after in
                    try await store.read { try $0.roster(run: run, after: after, limit: 2) }
                }
            }
        },
        StorePromise("a run that fails leaves the job the roster of the one before") { store in
            let (old, new) = (StoreSample.run("old"), StoreSample.run("new", at: StoreSample.seconds(86_400)))
            try await store.write { writer in
                for run in [old, new] { try writer.open(run) }
                try writer.addToRoster(run: "old", patients: [StoreSample.key(1)])
                try writer.close("old", as: .complete, summary: [])
                try writer.addToRoster(run: "new", patients: [StoreSample.key(2)])
                try writer.close("new", as: .failed, summary: [])
            }
            let left = try await store.read { try $0.roster(run: "old", after: nil, limit: 9) }
            try expect(left, is: [StoreSample.key(1)], "the roster of the run before")
        },
        StorePromise("what ends beside a run over the whole roster leaves that run its roster") { store in
            try await store.write { writer in
                try writer.open(StoreSample.run("night", at: StoreSample.seconds(1)))
                try writer.addToRoster(run: "night", patients: [3, 5].map { StoreSample.key($0) })
                for trigger in [Run.Trigger.request, .replay, .dryRun] {
                    try writer.open(StoreSample.run(trigger.rawValue, by: trigger, at: StoreSample.seconds(2)))
                    try writer.close(trigger.rawValue, as: .complete, summary: [])
                }
            }
            try await expectPages(of: [3, 5]) { after in
                try await store.read { try $0.roster(run: "night", after: after, limit: 2) }
            }
        },
        StorePromise("what belongs to a run that is not there is refused") { store in
            try await expectFault(.storeFailed, "progress") {
                try await store.write { try $0.recordProgress(run: "none", unit: "u", cursor: "c") }
            }
            try await expectFault(.storeFailed, "a roster") {
                try await store.write { try $0.addToRoster(run: "none", patients: []) }
            }
            try await expectFault(.storeFailed, "an end") {
                try await store.write { try $0.close("none", as: .complete, summary: []) }
            }
            try await expectFault(.storeFailed, "an owner") {
                try await store.write { try $0.adopt("none", by: "somebody") }
            }
            try await expectFault(.storeFailed, "an exchange") {
                try await store.write {
                    try $0.insert(StoreSample.exchange("x"), audit: [StoreSample.entry("exchange.staged", of: "x")])
                }
            }
        },
    ]
    private static func expectUnfinished(_ id: String?, in store: any Store) async throws {
        let found = try await store.read { try $0.unfinishedRun(ofJob: "nightly") }
        try expect(found?.id, is: id, "the run to go on with")
    }
}
