import FHIR
import PDex

extension StoreContract {
    static let outbox: [StorePromise] = [
        StorePromise("what was enqueued is claimed with its bytes, one attempt and a new epoch") { store in
            let queued = StoreSample.submission("s", of: "x")
            try await store.queue(StoreSample.exchange("x"), [queued])
            let claims = try await store.claim()
            var expected = queued.submission
            (expected.state, expected.attempts, expected.epoch) = (.leased, 1, 1)
            try expect(claims.map(\.submission), is: [expected], "the claim")
            try expect(claims.map(\.bundle), is: [queued.bundle], "its bytes")
            let found = try await store.read { try $0.submissions(ofExchange: "x") }
            try expect(found, is: [expected], "the row")
        },
        StorePromise("the id of a submission is unique, and it is new when it is enqueued") { store in
            let queued = StoreSample.submission("s", of: "x")
            try await store.queue(StoreSample.exchange("x"), [queued])
            try await expectFault(.storeFailed, "the same submission again") {
                try await store.write { try $0.enqueue([queued]) }
            }
            var tried = StoreSample.submission("t", of: "x").submission
            tried.attempts = 1
            let old = LeasedSubmission(submission: tried, bundle: [])
            try await expectFault(.storeFailed, "one with an attempt") {
                try await store.write { try $0.enqueue([old]) }
            }
            try await expectFault(.storeFailed, "one without its exchange") {
                try await store.write { try $0.enqueue([StoreSample.submission("u", of: "none")]) }
            }
        },
        StorePromise("a settled submission shows its receipt, its state and when it is due again") { store in
            try await store.queue(StoreSample.exchange("x"), [StoreSample.submission("s", of: "x")])
            let first = try await store.claim()[0].submission
            let refusal = StoreSample.receipt(first, status: 503, verdict: "retry")
            let moved = try await store.settle(first, as: .retrying, notBefore: StoreSample.seconds(30), refusal)
            try expect(moved, "the first answer moves it")
            let early = try await store.claim(at: StoreSample.seconds(29))
            try expect(early.count, is: 0, "claims before it is due")
            let second = try await store.claim(at: StoreSample.seconds(30))[0].submission
            try expect([second.attempts, second.epoch], is: [2, 2], "attempts and epoch of the second claim")
            let answer = StoreSample.receipt(second)
            _ = try await store.settle(second, as: .acknowledged, answer)
            let (found, receipts) = try await store.read {
                (try $0.submissions(ofExchange: "x"), try $0.receipts(ofExchange: "x"))
            }
            try expect(found.map(\.state), is: [.acknowledged], "the state")
            try expect(receipts, is: [refusal, answer], "the receipts")
        },
        StorePromise("a stale claim cannot settle, but its receipt is kept") { store in
            try await store.queue(StoreSample.exchange("x"), [StoreSample.submission("s", of: "x")])
            let stale = try await store.claim(by: "frozen")[0].submission
            _ = try await store.write { try $0.rescue(now: StoreSample.seconds(60)) { _ in false } }
            let late = try await store.settle(stale, as: .acknowledged, StoreSample.receipt(stale))
            try expect(!late, "the answer after the rescue moves nothing")
            let current = try await store.claim(by: "awake", at: StoreSample.seconds(60))[0]
            let later = try await store.settle(stale, as: .parked, StoreSample.receipt(stale, status: 500))
            try expect(!later, "the answer after another's claim moves nothing")
            try expect(current.bundle, is: StoreSample.submission("s", of: "x").bundle, "the bytes are still there")
            let (found, receipts) = try await store.read {
                (try $0.submissions(ofExchange: "x"), try $0.receipts(ofExchange: "x"))
            }
            try expect(found, is: [current.submission], "the row of the claim that counts")
            try expect(receipts, is: [StoreSample.receipt(stale)], "the first answer to the stale claim")
        },
        StorePromise("settling twice keeps the first answer and says so") { store in
            try await store.queue(StoreSample.exchange("x"), [StoreSample.submission("s", of: "x")])
            let claim = try await store.claim()[0].submission
            let first = try await store.settle(claim, as: .acknowledged, StoreSample.receipt(claim))
            let second = try await store.settle(claim, as: .parked, StoreSample.receipt(claim, status: 500))
            try expect([first, second], is: [true, false], "whether it moved")
            let (found, receipts) = try await store.read {
                (try $0.submissions(ofExchange: "x"), try $0.receipts(ofExchange: "x"))
            }
            try expect(found.map(\.state), is: [.acknowledged], "the state")
            try expect(receipts, is: [StoreSample.receipt(claim)], "the receipts")
        },
        StorePromise("nothing is settled as leased, with another's receipt, or when it is not there") { store in
            try await store.queue(StoreSample.exchange("x"), [StoreSample.submission("s", of: "x")])
            let claim = try await store.claim()[0].submission
            let stranger = StoreSample.submission("t", of: "x").submission
            try await expectFault(.storeFailed, "as leased") {
                _ = try await store.settle(claim, as: .leased, StoreSample.receipt(claim))
            }
            try await expectFault(.storeFailed, "with another's receipt") {
                _ = try await store.settle(claim, as: .parked, StoreSample.receipt(stranger))
            }
            try await expectFault(.storeFailed, "a submission that is not there") {
                _ = try await store.settle(stranger, as: .parked, StoreSample.receipt(stranger))
            }
            let receipts = try await store.read { try $0.receipts(ofExchange: "x") }
            try expect(receipts, is: [], "the receipts")
        },
        StorePromise("taking an exchange back cancels what waits and tells how much is on its way") { store in
            let parts = [1, 2, 3].map { StoreSample.submission("s\($0)", of: "x", part: $0) }
            try await store.queue(StoreSample.exchange("x"), parts)
            let claim = try await store.claim()[0].submission
            let underWay = try await store.write { try $0.cancelOpenSubmissions(ofExchange: "x") }
            try expect(underWay, is: 1, "how many are on their way")
            let states = try await store.read { try $0.submissions(ofExchange: "x").map(\.state) }
            try expect(states, is: [.leased, .cancelled, .cancelled], "the states")
            let settled = try await store.settle(claim, as: .acknowledged, StoreSample.receipt(claim))
            try expect(settled, "the one on its way is settled as ever")
            let due = try await store.read { try $0.nextDue(StoreSample.route) }
            try expect(due, is: nil, "when the next is due")
        },
        StorePromise("the next due is the earliest that may be claimed, for each route") { store in
            let parts = [
                StoreSample.submission("a", of: "x", member: 1, notBefore: StoreSample.seconds(50)),
                StoreSample.submission("b", of: "x", member: 1, part: 2, notBefore: StoreSample.seconds(10)),
                StoreSample.submission("c", of: "x", member: 2, part: 3, notBefore: StoreSample.seconds(40)),
            ]
            try await store.queue(StoreSample.exchange("x"), parts)
            let (due, elsewhere) = try await store.read {
                (try $0.nextDue(StoreSample.route), try $0.nextDue(Route(clinic: "clinic0", payer: "med1")))
            }
            try expect(due, is: StoreSample.seconds(40), "when the next is due: b waits behind a")
            try expect(elsewhere, is: nil, "when the next is due in an empty outbox")
        },
    ]
}

extension Store {
    /// Settles a claim.
    func settle(
        _ claim: Submission, as state: SubmissionState, notBefore: Instant? = nil, _ receipt: Receipt
    ) async throws -> Bool {
        try await write {
            try $0.settle(claim.id, epoch: claim.epoch, as: state, notBefore: notBefore, receipt: receipt)
        }
    }
}
