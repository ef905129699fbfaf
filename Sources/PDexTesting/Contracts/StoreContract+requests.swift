import FHIR
import PDex

extension StoreContract {
    static let requests: [StorePromise] = [
        StorePromise("a member request is kept once, as it came first") { store in
            let first = request("r-1", due: 10)
            var second = request("r-1", due: 20)
            second.state = .completed
            let again = second
            let kept = try await store.write { writer in
                (try writer.accept(first, audit: entry("r-1")), try writer.accept(again, audit: entry("r-1")))
            }
            let found = try await store.read { try $0.memberRequest("r-1") }
            try expect(kept.0, is: first, "what is kept of the first")
            try expect(kept.1, is: first, "what is kept of the second")
            try expect(found, is: first, "the request")
            let trail = try await store.read { try $0.audit(after: 0, limit: 10).count }
            try expect(trail, is: 1, "the entries of the audit trail")
        },
        StorePromise("member requests are listed by when they are due, in the states asked for") { store in
            try await store.write { writer in
                for (id, due) in [("a", Int64(30)), ("b", 10), ("c", 20)] {
                    _ = try writer.accept(request(id, due: due), audit: entry(id))
                }
                _ = try move("c", to: .cancelled, writer)
            }
            let (open, all, one) = try await store.read { reader in
                (
                    try reader.memberRequests(matching: .init(states: [.requested]), limit: 10).map(\.id),
                    try reader.memberRequests(matching: .init(), limit: 10).map(\.id),
                    try reader.memberRequests(matching: .init(states: [.requested]), limit: 1).map(\.id)
                )
            }
            try expect(open, is: ["b", "a"], "the open ones")
            try expect(all, is: ["b", "c", "a"], "all of them")
            try expect(one, is: ["b"], "the first")
        },
        StorePromise("a member request moves only where its state leads, and each move is in the audit trail") {
            store in
            for (number, state) in MemberRequestState.allCases.enumerated() {
                for (other, next) in MemberRequestState.allCases.enumerated() {
                    let id = "r-\(number)-\(other)"
                    try await expectMove(id, from: state, to: next, in: store)
                }
            }
        },
        StorePromise("a member request keeps its run when a move names none") { store in
            try await store.write { writer in
                _ = try writer.accept(request("r", due: 10), audit: entry("r"))
                _ = try writer.advance(
                    memberRequest: "r", to: .inProgress, run: "run-1", reason: nil, at: StoreSample.seconds(5),
                    audit: entry("r"))
                _ = try writer.advance(
                    memberRequest: "r", to: .failed, run: nil, reason: .memberUnknown, at: StoreSample.seconds(6),
                    audit: entry("r"))
            }
            let found = try await store.read { try $0.memberRequest("r") }
            try expect(found?.run, is: "run-1", "the run")
            try expect(found?.reason, is: .memberUnknown, "the reason")
            try expect(found?.updated, is: StoreSample.seconds(6), "when it changed")
        },
        StorePromise("member requests are found by holder, payer, rest and time, and counted alike") { store in
            try await store.write { writer in
                for (id, due, payer, owner) in [
                    ("a", Int64(40), "med0", "portal"), ("b", 30, "med1", "portal"), ("c", 20, "med0", nil),
                    ("d", 10, "med1", "office"),
                ] {
                    _ = try writer.accept(request(id, due: due, payer: payer, owner: owner), audit: entry(id))
                }
                try writer.rest(memberRequest: "c", until: StoreSample.seconds(15))
                try writer.warned(memberRequest: "d", at: StoreSample.seconds(9), audit: entry("d"))
            }
            func expectFound(_ filter: MemberRequestFilter, _ ids: [String], _ what: String) async throws {
                let (found, count) = try await store.read { reader in
                    (
                        try reader.memberRequests(matching: filter, limit: 10).map(\.id),
                        try reader.count(memberRequestsMatching: filter)
                    )
                }
                try expect(found, is: ids, what)
                try expect(count, is: ids.count, "the count of " + what)
            }
            try await expectFound(.init(owner: "portal"), ["b", "a"], "the portal's")
            try await expectFound(.init(owner: "portal", payers: ["med0"]), ["a"], "the portal's for one payer")
            try await expectFound(.init(payers: []), [], "those for nobody")
            try await expectFound(
                .init(payers: ["med0"], readyAt: StoreSample.seconds(14)), ["a"], "those that need not wait")
            try await expectFound(
                .init(payers: ["med0"], readyAt: StoreSample.seconds(15)), ["c", "a"], "those after the rest")
            try await expectFound(.init(dueBefore: StoreSample.seconds(20)), ["d"], "those that are late")
            // Accepted at 2: for those due at 10, 20, 30 and 40 the last quarter begins at 8, 15.5, 23 and 30.5.
            try await expectFound(.init(atRiskBy: StoreSample.seconds(23)), ["d", "c", "b"], "those at risk")
            try await expectFound(
                .init(atRiskBy: StoreSample.seconds(23), isUnwarned: true), ["c", "b"], "those nobody was told of")
            let payers = try await store.read { try $0.payers(ofMemberRequestsMatching: .init(owner: "office")) }
            try expect(payers, is: ["med1"], "the payers")
            let rested = try await store.read { try $0.memberRequest("c") }
            try expect(rested?.attempts, is: 1, "the attempts")
            try expect(rested?.notBefore, is: StoreSample.seconds(15), "the end of the rest")
        },
        StorePromise(
            "of member requests that is delivered first which no run of now stands for, then those whose answer is due first"
        ) {
            store in
            for (number, due) in [("1", Int64(30)), ("2", 10), ("3", 20), ("4", nil)] {
                let exchange = StoreSample.exchange("e" + number, member: Int64(number) ?? 0, run: "run-" + number)
                try await store.queue(
                    exchange,
                    [
                        StoreSample.submission(
                            "s" + number, of: exchange.id, member: Int64(number) ?? 0, in: .onDemand)
                    ])
                guard let due else { continue }
                try await store.write { writer in
                    _ = try writer.accept(request("r" + number, due: due), audit: entry("r" + number))
                    _ = try writer.advance(
                        memberRequest: "r" + number, to: .inProgress, run: "run-" + number, reason: nil,
                        at: StoreSample.seconds(5), audit: entry("r" + number))
                }
            }
            var claimed: [String] = []
            for _ in 0..<4 { claimed += try await store.claim(1).map(\.submission.id) }
            try expect(claimed, is: ["s4", "s2", "s3", "s1"], "the order of the claims")
        },
        StorePromise("a Group of those who matched is known by its payer, with when it was given last") { store in
            try await store.write { writer in
                try writer.keep(matchedGroup: "g1", payer: "med0", at: StoreSample.seconds(1))
                try writer.keep(matchedGroup: "g1", payer: "med0", at: StoreSample.seconds(5))
            }
            let (known, other) = try await store.read { reader in
                (try reader.matched(group: "g1", payer: "med0"), try reader.matched(group: "g1", payer: "med1"))
            }
            try expect(known, is: StoreSample.seconds(5), "when it was given")
            try expect(other, is: nil, "another payer's Group of that id")
        },
    ]

    private static func expectMove(
        _ id: String, from state: MemberRequestState, to next: MemberRequestState, in store: any Store
    ) async throws {
        let (isMoved, before) = try await store.write { writer in
            var start = request(id, due: 10)
            start.state = state
            _ = try writer.accept(start, audit: entry(id))
            let before = try writer.audit(after: 0, limit: 1000).count
            return (try move(id, to: next, writer), before)
        }
        let (found, after) = try await store.read { reader in
            (try reader.memberRequest(id)?.state, try reader.audit(after: 0, limit: 1000).count)
        }
        let isAllowed = state.successors.contains(next)
        try expect(isMoved, is: isAllowed, "whether \(state) leads to \(next)")
        try expect(found, is: isAllowed ? next : state, "the state")
        try expect(after - before, is: isAllowed ? 1 : 0, "the entries of the audit trail")
    }

    private static func move(
        _ id: String, to state: MemberRequestState, _ writer: any StoreWriter
    ) throws -> Bool {
        try writer.advance(
            memberRequest: id, to: state, run: nil, reason: nil, at: StoreSample.seconds(9), audit: entry(id))
    }

    private static func request(
        _ id: String, due: Int64, payer: String = "med0", owner: String? = nil
    ) -> MemberRequest {
        var request = MemberRequest(
            id: id, job: "nightly", payer: payer, owner: owner, patient: "joe", since: StoreSample.seconds(1),
            types: ["Encounter", "Patient"],
            accepted: StoreSample.seconds(2), due: StoreSample.seconds(due))
        request.asked = owner.map { "digest-of-" + $0 }
        return request
    }

    private static func entry(_ id: String) -> AuditEntry {
        AuditEntry(at: StoreSample.seconds(2), actor: "tests", action: "request.moved", reason: id)
    }
}
