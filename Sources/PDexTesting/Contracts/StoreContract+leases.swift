import FHIR
import PDex

extension StoreContract {
    static let leases: [StorePromise] = [
        StorePromise("eight workers claim everything, and nothing twice") { store in
            let ids = (0..<120).map { "s\($0)" }
            try await store.queue(
                StoreSample.exchange("x"),
                ids.enumerated().map { StoreSample.submission($1, of: "x", member: Int64($0), part: $0 + 1) })
            let claimed = try await withThrowingTaskGroup(of: [String].self) { group in
                for worker in 0..<8 {
                    group.addTask { try await store.claimAll(by: "worker \(worker)") }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try expect(claimed.sorted(), is: ids.sorted(), "everything that was claimed")
        },
        StorePromise("claims come in the order in which they are due, up to the limit, for one payer") { store in
            let parts = [
                StoreSample.submission("late", of: "x", member: 1, notBefore: StoreSample.seconds(3)),
                StoreSample.submission("early", of: "x", member: 2, part: 2, notBefore: StoreSample.seconds(1)),
                StoreSample.submission("middle", of: "x", member: 3, part: 3, notBefore: StoreSample.seconds(2)),
                StoreSample.submission(
                    "other", of: "x", member: 4, on: Route(clinic: "clinic0", payer: "med1"), part: 4),
            ]
            try await store.queue(StoreSample.exchange("x"), parts)
            let first = try await store.claim(2, at: StoreSample.seconds(9)).map(\.submission.id)
            let rest = try await store.claim(2, at: StoreSample.seconds(9)).map(\.submission.id)
            try expect(first + rest, is: ["early", "middle", "late"], "the claims")
        },
        StorePromise("submissions of one member never overtake each other, and one is under way at a time") { store in
            try await store.queue(StoreSample.exchange("x"), [StoreSample.submission("first", of: "x")])
            try await store.queue(StoreSample.exchange("y"), [StoreSample.submission("second", of: "y")])
            let first = try await store.claim()
            try expect(first.map(\.submission.id), is: ["first"], "the first claim")
            let meanwhile = try await store.claim()
            try expect(meanwhile.count, is: 0, "claims while it is under way")
            let claim = first[0].submission
            let busy = StoreSample.receipt(claim, status: 503)
            _ = try await store.settle(claim, as: .retrying, notBefore: StoreSample.seconds(30), busy)
            let waiting = try await store.claim(at: StoreSample.seconds(10))
            try expect(waiting.count, is: 0, "claims while the first waits to be tried again")
            let again = try await store.claim(at: StoreSample.seconds(30))[0].submission
            _ = try await store.settle(again, as: .parked, StoreSample.receipt(again, status: 422))
            let next = try await store.claim(at: StoreSample.seconds(30)).map(\.submission.id)
            try expect(next, is: ["second"], "the claim once the first waits for nothing but an operator")
        },
        StorePromise("one member's lane does not hold up another member or another payer") { store in
            try await store.queue(
                StoreSample.exchange("x"),
                [
                    StoreSample.submission("a", of: "x", notBefore: StoreSample.seconds(60)),
                    StoreSample.submission("b", of: "x", part: 2),
                    StoreSample.submission("c", of: "x", member: 2, part: 3),
                    StoreSample.submission("d", of: "x", on: Route(clinic: "clinic0", payer: "med1"), part: 4),
                ])
            let here = try await store.claim().map(\.submission.id)
            let there = try await store.claim(on: Route(clinic: "clinic0", payer: "med1")).map(\.submission.id)
            try expect(here + there, is: ["c", "d"], "the claims")
        },
        StorePromise("a lease that ran out is rescued with its attempt counted, one that was renewed is not") { store in
            try await store.queue(
                StoreSample.exchange("x"),
                ["dead", "alive"].enumerated().map {
                    StoreSample.submission($1, of: "x", member: Int64($0), part: $0 + 1)
                })
            // Both are claimed by one worker, which has forgotten the first.
            _ = try await store.claim(1)
            let alive = try await store.claim(1).map(\.submission)
            try await store.write { try $0.renew(alive, expiry: StoreSample.seconds(90)) }
            let early = try await store.write { try $0.rescue(now: StoreSample.seconds(59)) { _ in false } }
            try expect(early, is: [], "what is rescued before the lease ran out")
            let rescued = try await store.write { try $0.rescue(now: StoreSample.seconds(60)) { _ in false } }
            try expect(rescued.map(\.id), is: ["dead"], "what is rescued")
            let again = try await store.claim(at: StoreSample.seconds(60)).map(\.submission)
            try expect(again.map(\.id), is: ["dead"], "what can be claimed")
            try expect(again.map(\.attempts), is: [2], "its attempts")
            try expect(again.map(\.epoch), is: [2], "its epoch")
        },
        StorePromise("leases of an owner that is known to be gone are rescued at once") { store in
            try await store.queue(
                StoreSample.exchange("x"),
                ["a", "b"].enumerated().map { StoreSample.submission($1, of: "x", member: Int64($0), part: $0 + 1) })
            _ = try await store.claim(1, by: "gone")
            _ = try await store.claim(1, by: "here")
            let rescued = try await store.write { try $0.rescue(now: StoreSample.start) { $0 == "gone" } }
            try expect(rescued.map(\.id), is: ["a"], "what is rescued")
        },
        StorePromise("a divided claim is a smaller bundle that is due, and the rest waits beside it") { store in
            try await store.queue(StoreSample.exchange("x"), [StoreSample.submission("s", of: "x")])
            let claim = try await store.claim()[0].submission
            let isOwner = try await store.divide(claim)
            try expect(isOwner, is: true, "whether it was divided")
            let found = try await store.read { try $0.submissions(ofExchange: "x") }
            try expect(found.map(\.id), is: ["s", "s2"], "the submissions")
            try expect(found.map(\.state), is: [.retrying, .queued], "their states")
            try expect(found.map(\.attempts), is: [0, 0], "their attempts")
            try expect(found.map(\.entries), is: [1, 2], "their entries")
            try expect(found.map(\.contentDigest), is: ["half", "digest s2"], "their digests")
            let receipts = try await store.read { try $0.receipts(ofExchange: "x").count }
            try expect(receipts, is: 1, "receipts")
            let next = try await store.claim()
            // Only one submission per member is under way at a time.
            try expect(next.map { String(decoding: $0.bundle, as: UTF8.self) }, is: ["half of s"], "what is sent next")
        },
        StorePromise("a claim that is another's by now divides nothing") { store in
            try await store.queue(StoreSample.exchange("x"), [StoreSample.submission("s", of: "x")])
            let late = try await store.claim()[0].submission
            _ = try await store.write { try $0.rescue(now: StoreSample.start) { _ in true } }
            _ = try await store.claim()
            let isOwner = try await store.divide(late)
            try expect(isOwner, is: false, "whether it was divided")
            let found = try await store.read { try $0.submissions(ofExchange: "x") }
            try expect(found.map(\.contentDigest), is: ["digest s"], "the submissions")
        },
        StorePromise("a released claim is as if it had not been made, but for its epoch") { store in
            try await store.queue(StoreSample.exchange("x"), [StoreSample.submission("s", of: "x")])
            let claim = try await store.claim()[0].submission
            try await store.write { try $0.release("s", epoch: claim.epoch) }
            let released = try await store.read { try $0.submissions(ofExchange: "x")[0] }
            try expect(released.state, is: .queued, "the state")
            try expect(released.attempts, is: 0, "the attempts")
            let again = try await store.claim()[0].submission
            try await store.write { try $0.release("s", epoch: claim.epoch) }
            let found = try await store.read { try $0.submissions(ofExchange: "x") }
            try expect(found, is: [again], "the row after the stale claim was released once more")
        },
    ]
}

extension Store {
    /// Divides a claim into a half that is due and a rest; returns whether the claim still counted.
    fileprivate func divide(_ claim: Submission) async throws -> Bool {
        let half = ExchangeBundle(part: 1, entries: 1, bytes: Array("half of s".utf8), digest: "half")
        return try await write {
            try $0.divide(
                claim.id, epoch: claim.epoch, first: half, rest: [StoreSample.submission("s2", of: "x", part: 2)],
                at: StoreSample.start, receipt: StoreSample.receipt(claim))
        }
    }

    fileprivate func claimAll(by owner: String) async throws -> [String] {
        var ids: [String] = []
        while true {
            let claims = try await claim(5, by: owner)
            guard !claims.isEmpty else { return ids }
            ids += claims.map(\.submission.id)
        }
    }
}
