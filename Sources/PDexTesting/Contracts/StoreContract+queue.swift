import FHIR
import PDex
import SampleData

extension StoreContract {
    static let queue: [StorePromise] = [
        StorePromise("a night's backlog leaves three of four claims to requests, and a replay its turn") { store in
            try await store.queueLanes([.nightly: 40, .replay: 40, .onDemand: 40])
            let first = try await store.claim(16).map(\.submission.lane)
            try expect(first.count { $0 == .onDemand }, is: 12, "claims of requests among sixteen")
            try expect(first.count { $0 == .nightly }, is: 3, "claims of the night among sixteen")
            try expect(first.count { $0 == .replay }, is: 1, "claims of replays among sixteen")
        },
        StorePromise("lanes take turns one claim at a time too, and what is alone takes every turn") { store in
            try await store.queueLanes([.nightly: 20, .onDemand: 20])
            var lanes: [DeliveryLane] = []
            for _ in 0..<16 { lanes += try await store.claim(1).map(\.submission.lane) }
            // The replay lane is empty, so its turn goes to the next lane.
            try expect(lanes.count { $0 == .nightly }, is: 3, "claims of the night among sixteen")
            let rest = try await store.claim(40)
            try expect(rest.count, is: 24, "what is claimed of the rest")
        },
        StorePromise("what is held is neither claimed nor due, and resumed it goes on") { store in
            for (subject, name) in [(Hold.Subject.payer, "med0"), (.job, "nightly"), (.lane, "nightly")] {
                let id = "held by \(subject.rawValue)"
                try await store.queue(StoreSample.exchange(id), [StoreSample.submission("s " + id, of: id)])
                let hold = Hold(subject: subject, name: name, at: StoreSample.start, actor: "me", reason: "outage")
                let (held, again) = try await store.write { (try $0.hold(hold), try $0.hold(hold)) }
                try expect([held, again], is: [true, false], "whether it was held")
                let (found, due) = try await store.read { (try $0.holds(), try $0.nextDue(StoreSample.route)) }
                try expect(found, is: [hold], "the holds")
                try expect(due, is: nil, "when something is due")
                let meanwhile = try await store.claim()
                try expect(meanwhile.count, is: 0, "claims meanwhile")
                let (ended, twice) = try await store.write {
                    (
                        try $0.resume(subject, name, by: "me", at: StoreSample.start),
                        try $0.resume(subject, name, by: "me", at: StoreSample.start)
                    )
                }
                try expect([ended, twice], is: [true, false], "whether it was resumed")
                let claim = try await store.claim()[0].submission
                _ = try await store.settle(claim, as: .acknowledged, StoreSample.receipt(claim))
            }
            let actions = try await store.read { try $0.audit(after: 0, limit: 99).map(\.entry.action) }
            try expect(actions.count { $0.hasPrefix("queue.") }, is: 6, "audit entries about holds")
        },
        StorePromise("other payers, jobs and lanes than the held go on") { store in
            try await store.queue(StoreSample.exchange("x"), [StoreSample.submission("s", of: "x")])
            for (subject, name) in [(Hold.Subject.payer, "med1"), (.job, "other"), (.lane, "replay")] {
                let hold = Hold(subject: subject, name: name, at: StoreSample.start, actor: "me", reason: "outage")
                _ = try await store.write { try $0.hold(hold) }
            }
            let claims = try await store.claim()
            try expect(claims.map(\.submission.id), is: ["s"], "the claims")
        },
        StorePromise("jobs of a route go in the order in which they are due, and past what is held of one of them") {
            store in
            let jobs = ["a", "b", "c"]
            for (index, job) in jobs.enumerated() {
                let parts = (1...3).map { part in
                    StoreSample.submission(
                        "\(job)\(part)", of: "x " + job, member: Int64(index * 10 + part), part: part,
                        notBefore: StoreSample.seconds(Int64(part * 10 - index)))
                }
                try await store.queue(StoreSample.exchange("x " + job, run: "run " + job, job: job), parts)
            }
            let hold = Hold(subject: .job, name: "b", at: StoreSample.start, actor: "me", reason: "outage")
            _ = try await store.write { try $0.hold(hold) }
            let due = try await store.read { try $0.nextDue(StoreSample.route) }
            try expect(due, is: StoreSample.seconds(8), "when something is due")
            let few = try await store.claim(3, at: StoreSample.seconds(99)).map(\.submission.id)
            let rest = try await store.claim(at: StoreSample.seconds(99)).map(\.submission.id)
            try expect(few + rest, is: ["c1", "a1", "c2", "a2", "c3", "a3"], "the claims")
            _ = try await store.write { try $0.resume(.job, "b", by: "me", at: StoreSample.start) }
            let resumed = try await store.claim(at: StoreSample.seconds(99)).map(\.submission.id)
            try expect(resumed, is: ["b1", "b2", "b3"], "the claims once it goes on")
        },
        StorePromise("what was lost with its process goes alone, and the third time it is parked") { store in
            let parts = (1...3).map { StoreSample.submission("s\($0)", of: "x", member: Int64($0), part: $0) }
            try await store.queue(StoreSample.exchange("x"), parts)
            let first = try await store.claimAndLose()
            try expect(first, is: [.retrying, .retrying, .retrying], "what the first process took along")
            let second = try await store.claimAndLose()
            let third = try await store.claimAndLose()
            try expect([second, third], is: [[.retrying], [.parked]], "what the next two took along")
            let next = try await store.claim()[0].submission
            try expect(next.id, is: "s2", "the next claim")
            _ = try await store.settle(next, as: .retrying, notBefore: StoreSample.start, StoreSample.receipt(next))
            let last = try await store.claim().map(\.submission.id)
            try expect(last, is: ["s2"], "the claim of one that was answered, before the one that was not")
        },
        StorePromise("what goes alone has its lane's turn, however much waits in another") { store in
            try await store.queueLanes([.nightly: 1])
            _ = try await store.claimAndLose()
            let requests = (1...90).map {
                StoreSample.submission("r\($0)", of: "y", member: Int64($0) + 1000, part: $0, in: .onDemand)
            }
            try await store.queue(StoreSample.exchange("y"), requests)
            var claims: [[DeliveryLane]] = []
            for _ in 0..<4 { claims.append(try await store.claim(16).map(\.submission.lane)) }
            try expect(claims.count { $0 == [.nightly] }, is: 1, "claims of what goes alone among four")
        },
        StorePromise("turns at a payer are as far apart as asked, whoever takes them; another payer is not held up") {
            store in
            var numbers = SeededNumbers(seed: 5)
            var now = StoreSample.start
            var taken: [Int64] = []
            for _ in 0..<200 {
                now = now.adding(milliseconds: Int64.random(in: 0...400, using: &numbers))
                let count = Int.random(in: 1...4, using: &numbers)
                let (first, other) = try await store.write { [now] writer in
                    (
                        try writer.takeTurns(at: "med0", count: count, spacing: 100, now: now),
                        try writer.takeTurns(at: "med1 \(now.milliseconds)", count: 1, spacing: 100, now: now)
                    )
                }
                try expect(other, is: now, "the turn at another payer")
                try expect(first >= now, is: true, "whether a turn is to come")
                taken += (0..<count).map { first.milliseconds + Int64($0) * 100 }
            }
            try expect(zip(taken, taken.dropFirst()).allSatisfy { $1 - $0 >= 100 }, is: true, "whether they are apart")
        },
        StorePromise("a clock that is set back holds no turn up for as long as it was set back") { store in
            let before = StoreSample.start.adding(milliseconds: -7_200_000)
            let turn = try await store.write { writer in
                _ = try writer.takeTurns(at: "med0", count: 1, spacing: 100, now: StoreSample.start)
                return try writer.takeTurns(at: "med0", count: 1, spacing: 100, now: before)
            }
            try expect(turn <= before.adding(milliseconds: 60_000), is: true, "whether the turn is soon")
        },
        StorePromise(
            "what others may have under way at a payer is counted, each at most what it may, until it runs out"
        ) {
            store in
            try await store.queueLanes([.nightly: 9])
            for (owner, count) in [("a", 1), ("b", 5), ("c", 2)] { _ = try await store.claim(count, by: owner) }
            let counts = try await store.read { reader in
                try ["a", "b", "z"].map {
                    try reader.deliveriesUnderWay(to: "med0", besides: $0, eachAtMost: 3, at: StoreSample.start)
                } + [
                    try reader.deliveriesUnderWay(to: "med1", besides: "z", eachAtMost: 3, at: StoreSample.start),
                    try reader.deliveriesUnderWay(
                        to: "med0", besides: "z", eachAtMost: 3, at: StoreSample.seconds(86_400)),
                ]
            }
            try expect(counts, is: [5, 3, 6, 0, 0], "what is under way")
        },
        StorePromise("a request at another clinic of the payer is seen once it is due, unless it is held or claimed") {
            store in
            let route = Route(clinic: "clinic1", payer: "med0")
            let parts = [
                StoreSample.submission(
                    "s", of: "x", on: route, notBefore: StoreSample.seconds(10), in: .onDemand),
                StoreSample.submission("night", of: "x", member: 2, on: route, part: 2),
            ]
            try await store.queue(StoreSample.exchange("x"), parts)
            let before = try await store.seesRequest(at: 9)
            let then = try await store.seesRequest(at: 10)
            let own = try await store.seesRequest(besides: route, at: 10)
            let elsewhere = try await store.seesRequest(besides: Route(clinic: "clinic0", payer: "med1"), at: 10)
            let late = try await store.seesRequest(since: 11, at: 99)
            try expect(
                [before, then, own, elsewhere, late], is: [false, true, false, false, false], "whether it is seen")
            for (subject, name) in [(Hold.Subject.job, "nightly"), (.lane, "on-demand")] {
                let hold = Hold(subject: subject, name: name, at: StoreSample.start, actor: "me", reason: "outage")
                _ = try await store.write { try $0.hold(hold) }
                let held = try await store.seesRequest(at: 10)
                try expect(held, is: false, "whether it is seen while its \(subject.rawValue) is held")
                _ = try await store.write { try $0.resume(subject, name, by: "me", at: StoreSample.start) }
            }
            _ = try await store.claim(on: route, at: StoreSample.seconds(10))
            let claimed = try await store.seesRequest(at: 10)
            try expect(claimed, is: false, "whether it is seen once it is claimed")
        },
        StorePromise("runs are listed newest first, up to the limit, and those of one job alone") { store in
            try await store.write { writer in
                try writer.open(StoreSample.run("a"))
                try writer.open(StoreSample.run("b", job: "other", at: StoreSample.seconds(1)))
                try writer.open(StoreSample.run("c", at: StoreSample.seconds(2)))
            }
            let (two, own) = try await store.read {
                (try $0.runs(ofJob: nil, limit: 2), try $0.runs(ofJob: "nightly", limit: 9))
            }
            try expect(two.map(\.id), is: ["c", "b"], "the newest two")
            try expect(own.map(\.id), is: ["c", "a"], "those of the job")
        },
        StorePromise("what is open is counted by payer, lane and state") { store in
            try await store.queueLanes([.nightly: 3, .onDemand: 2])
            _ = try await store.claim(1)
            let found = try await store.read { try $0.queued() }
            let expected = [
                ("nightly", SubmissionState.queued, 3), ("on-demand", .leased, 1), ("on-demand", .queued, 1),
            ]
            try expect(
                found.map { "\($0.lane.rawValue) \($0.state.rawValue) \($0.count)" },
                is: expected.map { "\($0.0) \($0.1.rawValue) \($0.2)" }, "the counts")
        },
    ]
}

extension Store {
    /// Queues one exchange whose submissions wait in lanes, each for a different member.
    fileprivate func queueLanes(_ counts: KeyValuePairs<DeliveryLane, Int>) async throws {
        var submissions: [LeasedSubmission] = []
        for (lane, count) in counts {
            for _ in 0..<count {
                let number = submissions.count + 1
                submissions.append(
                    StoreSample.submission(
                        "\(lane.rawValue) \(number)", of: "x", member: Int64(number), part: number, in: lane))
            }
        }
        try await queue(StoreSample.exchange("x"), submissions)
    }

    /// Whether a due request on another route is seen; times are in seconds from the start.
    fileprivate func seesRequest(
        besides route: Route = StoreSample.route, since: Int64 = 0, at seconds: Int64
    ) async throws -> Bool {
        try await read {
            try $0.requestIsDue(besides: route, since: StoreSample.seconds(since), at: StoreSample.seconds(seconds))
        }
    }

    /// Claims what it can for a process that ends at once; returns the resulting states of the claims.
    fileprivate func claimAndLose() async throws -> [SubmissionState] {
        _ = try await claim(by: "gone")
        return try await write { try $0.rescue(now: StoreSample.start) { $0 == "gone" }.map(\.state) }
    }
}
