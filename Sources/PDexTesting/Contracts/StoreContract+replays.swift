import FHIR
import PDex

extension StoreContract {
    static let replays: [StorePromise] = [
        StorePromise("a replay is kept with its exchanges in their order, and with a line in the audit trail") {
            store in
            try await store.openReplay("r-1", of: ["b", "a", "c"])
            let (kept, items, other) = try await store.read {
                (
                    try $0.replay("r-1"), try $0.items(ofReplay: "r-1", in: nil, from: 0, limit: 9),
                    try $0.replay("none")
                )
            }
            try expect(kept, is: replay("r-1"), "the replay")
            try expect(items, is: ["b", "a", "c"].map { ReplayItem(exchange: $0) }, "its exchanges")
            let pages = try await store.read { reader in
                try (0...3).map { try reader.items(ofReplay: "r-1", in: .waiting, from: $0, limit: 2).map(\.exchange) }
            }
            try expect(pages, is: [["b", "a"], ["a", "c"], ["c"], []], "pages of them")
            try expect(other, is: nil, "a replay that is none")
            let trail = try await store.read { try $0.audit(after: 0, limit: 9).map(\.entry.action) }
            try expect(trail, is: ["replay.accepted"], "the audit trail")
        },
        StorePromise("an exchange waits in one replay at a time, and nothing of another that names it is kept") {
            store in
            try await store.openReplay("r-1", of: ["a"])
            try await expectFault(.storeFailed, "a second replay") {
                try await store.openReplay("r-2", of: ["b", "a"])
            }
            let (second, waiting) = try await store.read { reader in
                (try reader.replay("r-2"), try ["a", "b"].map { try reader.replayUnderWay(ofExchange: $0) })
            }
            try expect(second, is: nil, "the second replay")
            try expect(waiting, is: ["r-1", nil], "where the exchanges wait")
            let settled = ReplayItem(exchange: "a", outcome: .refused, why: "a reason")
            _ = try await store.write { try $0.settle(settled, ofReplay: "r-1") }
            try await store.openReplay("r-2", of: ["b", "a"])
            let again = try await store.read { try $0.replayUnderWay(ofExchange: "a") }
            try expect(again, is: "r-2", "where it waits now")
        },
        StorePromise("what came of an exchange in a replay is written down once") { store in
            try await store.openReplay("r-1", of: ["a", "b", "c"])
            let done = ReplayItem(exchange: "b", outcome: .replayed, made: "b2")
            let late = ReplayItem(exchange: "b", outcome: .cancelled)
            let settled = try await store.write { writer in
                [
                    try writer.settle(done, ofReplay: "r-1"), try writer.settle(late, ofReplay: "r-1"),
                    try writer.settle(ReplayItem(exchange: "x", outcome: .cancelled), ofReplay: "r-1"),
                    try writer.settle(ReplayItem(exchange: "a", outcome: .cancelled), ofReplay: "r-2"),
                ]
            }
            try expect(settled, is: [true, false, false, false], "whether it was written down")
            let (waiting, all, tally) = try await store.read {
                (
                    try $0.items(ofReplay: "r-1", in: .waiting, from: 0, limit: 1),
                    try $0.items(ofReplay: "r-1", in: nil, from: 0, limit: 9),
                    try $0.tally(ofReplay: "r-1")
                )
            }
            try expect(waiting, is: [ReplayItem(exchange: "a")], "the next")
            try expect(all[1], is: done, "what came of it")
            try expect(tally, is: [.waiting: 2, .replayed: 1], "the tally")
        },
        StorePromise("replays that have not ended are listed, the oldest first") { store in
            for id in ["r-1", "r-2", "r-3"] { try await store.openReplay(id, of: [id]) }
            try await store.write { writer in
                try writer.open(StoreSample.run("night"))
                try writer.close("r-2", as: .partial, summary: [])
            }
            let open = try await store.read { try $0.openReplays().map(\.id) }
            try expect(open, is: ["r-1", "r-3"], "the open replays")
        },
        StorePromise("the bundle of a submission can be read until the payer has it or it is cancelled") { store in
            try await store.queue(
                StoreSample.exchange("x", state: .queued),
                [StoreSample.submission("x-1", of: "x"), StoreSample.submission("x-2", of: "x", part: 2)])
            let claims = try await store.claim(1).map(\.submission)
            try expect(claims.map(\.id), is: ["x-1"], "the claim")
            let before = try await store.read { try $0.bundle(ofSubmission: "x-1") }
            try expect(before, is: Array("bundle x-1".utf8), "the bundle")
            try await store.write { writer in
                for claim in claims {
                    _ = try writer.settle(
                        claim.id, epoch: claim.epoch, as: .acknowledged, notBefore: nil,
                        receipt: StoreSample.receipt(claim))
                }
            }
            _ = try await store.write { try $0.cancelOpenSubmissions(ofExchange: "x") }
            let after = try await store.read { reader in
                try ["x-1", "x-2", "x-3"].map { try reader.bundle(ofSubmission: $0) }
            }
            try expect(after, is: [nil, nil, nil], "the bundles")
        },
    ]

    static func replay(_ id: String) -> Replay {
        Replay(id: id, step: .map, acceptsMappingChanges: true, onlyFailedEntries: true, reason: "a test")
    }
}

extension Store {
    /// Opens a run and the replay that it carries out.
    fileprivate func openReplay(_ id: String, of exchanges: [String]) async throws {
        try await write { writer in
            try writer.open(StoreSample.run(id, by: .replay))
            try writer.open(
                StoreContract.replay(id), of: exchanges, audit: StoreSample.entry("replay.accepted", of: nil))
        }
    }
}
