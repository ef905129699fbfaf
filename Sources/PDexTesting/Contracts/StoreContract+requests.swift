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
        StorePromise("open member requests are listed by when they are due, before those that have ended") { store in
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
            try expect(all, is: ["b", "a", "c"], "all of them")
            try expect(one, is: ["b"], "the first")
        },
        StorePromise("member requests are listed page by page: what is open, then what has ended, due last in front") {
            store in
            try await store.write { writer in
                for (id, due) in [("a", Int64(30)), ("b", 10), ("c", 20), ("d", 20), ("e", 40), ("f", 20), ("g", 20)] {
                    _ = try writer.accept(request(id, due: due), audit: entry(id))
                }
                for id in ["b", "e", "f", "g"] { _ = try move(id, to: .cancelled, writer) }
            }
            var pages: [[String]] = []
            var filter = MemberRequestFilter()
            for _ in 0..<4 {
                let page = filter
                let found = try await store.read { try $0.memberRequests(matching: page, limit: 2) }
                pages.append(found.map(\.id))
                filter.after = found.last.map { MemberRequestPlace($0) }
            }
            try expect(pages, is: [["c", "d"], ["a", "e"], ["f", "g"], ["b"]], "the pages")
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
            // "d" was told of at 9, before it was due at 10.
            try await expectFound(
                .init(dueBefore: StoreSample.seconds(21), isUntoldSinceDue: true), ["d", "c"], "those untold since due")
            let payers = try await store.read { try $0.payers(ofMemberRequestsMatching: .init(owner: "office")) }
            try expect(payers, is: ["med1"], "the payers")
            let rested = try await store.read { try $0.memberRequest("c") }
            try expect(rested?.attempts, is: 1, "the attempts")
            try expect(rested?.notBefore, is: StoreSample.seconds(15), "the end of the rest")
        },
        StorePromise("member requests are told apart by whether their run has ended, and what it made or met rests") {
            store in
            try await openRuns(store)
            let resting = MemberRequestFilter(states: [.inProgress], progress: .rests)
            let parked = MemberRequestFilter(states: [.inProgress], progress: .parked)
            let unrun = MemberRequestFilter(states: MemberRequestFilter.open.states, progress: .unrun)
            let one = MemberRequestFilter(run: "run-3", progress: .rests)
            let before = try await ids([unrun, resting, parked, one], store)
            try await store.write { writer in
                try writer.advance(
                    "e6", to: .parked, reason: .attemptsExhausted, detail: nil, at: StoreSample.seconds(9),
                    audit: StoreSample.entry("exchange.parked", of: "e6"))
            }
            let after = try await ids([resting, parked], store)
            try expect(before, is: [["r1", "r6"], ["r3", "r4"], ["r4"], ["r3"]], "those at first")
            try expect(after, is: [["r3", "r4", "r5"], ["r4", "r5"]], "those once the newer exchange is parked")
        },
        StorePromise("a member request is judged by what took its exchange's place, not by any later one") { store in
            try await supersede(store)
            let resting = MemberRequestFilter(states: [.inProgress], progress: .rests)
            let parked = MemberRequestFilter(states: [.inProgress], progress: .parked)
            let found = try await ids([resting, parked], store)
            try expect(found, is: [["r1", "r2", "r4"], ["r2", "r4"]], "those at rest, and those parked")
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

    /// Requests whose run goes on, made what waits, made what is there, met what is parked, made what something newer that
    /// waits took the place of, and has not begun.
    private static func openRuns(_ store: any Store) async throws {
        let made: [(id: String, member: Int64, run: String, state: ExchangeState, reason: FaultCode?)] = [
            ("e1", 1, "run-1", .acknowledged, nil), ("e2", 2, "run-2", .retrying, nil),
            ("e3", 3, "run-3", .acknowledged, nil), ("e4", 4, "night", .parked, .attemptsExhausted),
            ("e5", 5, "run-5", .cancelled, .superseded), ("e6", 5, "night", .queued, nil),
        ]
        try await store.write { writer in
            for run in ["run-1", "run-2", "run-3", "run-4", "run-5", "night"] {
                try writer.open(StoreSample.run(run, by: .request))
            }
            for item in made {
                let exchange = StoreSample.exchange(
                    item.id, member: item.member, run: item.run, state: item.state, reason: item.reason)
                try writer.insert(exchange, audit: [StoreSample.entry("exchange.made", of: item.id)])
            }
            try writer.meet("e4", in: "run-4")
            for number in 1...6 {
                let id = "r\(number)"
                _ = try writer.accept(request(id, due: 10 + Int64(number)), audit: entry(id))
            }
            for number in 1...5 {
                _ = try writer.advance(
                    memberRequest: "r\(number)", to: .inProgress, run: "run-\(number)", reason: nil,
                    at: StoreSample.seconds(5), audit: entry("r\(number)"))
            }
            for number in 2...5 { try writer.close("run-\(number)", as: .partial, summary: []) }
        }
    }

    /// Requests whose exchange was superseded: by one that was acknowledged before a later one was parked and one waits,
    /// by one that is parked now, by one that waits now, each by way of another; and one that met the second's.
    private static func supersede(_ store: any Store) async throws {
        let later: [(member: Int64, states: [ExchangeState])] = [
            (1, [.acknowledged, .parked, .queued]), (2, [.parked]), (3, [.queued]),
        ]
        try await store.write { writer in
            for run in ["run-1", "run-2", "run-3", "run-4", "night"] {
                try writer.open(StoreSample.run(run, by: .request))
            }
            for (member, states) in later {
                let superseded = (ExchangeState.cancelled, FaultCode?.some(.superseded))
                let reason = { (state: ExchangeState) in state == .parked ? FaultCode.attemptsExhausted : nil }
                let all = [superseded, superseded] + states.map { ($0, reason($0)) }
                for (number, (state, reason)) in all.enumerated() {
                    let exchange = StoreSample.exchange(
                        "e\(member)-\(number)", member: member, run: number == 0 ? "run-\(member)" : "night",
                        state: state, reason: reason)
                    try writer.insert(exchange, audit: [StoreSample.entry("exchange.made", of: exchange.id)])
                }
            }
            try writer.meet("e2-0", in: "run-4")
            for number in 1...4 {
                let id = "r\(number)"
                _ = try writer.accept(request(id, due: 10 + Int64(number)), audit: entry(id))
                _ = try writer.advance(
                    memberRequest: id, to: .inProgress, run: "run-\(number)", reason: nil, at: StoreSample.seconds(5),
                    audit: entry(id))
                try writer.close("run-\(number)", as: .partial, summary: [])
            }
        }
    }

    private static func ids(_ filters: [MemberRequestFilter], _ store: any Store) async throws -> [[String]] {
        try await store.read { reader in
            try filters.map { try reader.memberRequests(matching: $0, limit: 10).map(\.id) }
        }
    }

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
