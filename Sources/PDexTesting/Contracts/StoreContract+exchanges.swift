import FHIR
import PDex

extension StoreContract {
    static let exchanges: [StorePromise] = [
        StorePromise("an exchange is read back as it was inserted, with its audit entries in order") { store in
            let exchange = StoreSample.exchange(
                "x", state: .withheld, reason: .consentDenied, types: ["Encounter", "Observation"])
            let entries = ["exchange.staged", "exchange.withheld"].map { StoreSample.entry($0, of: "x") }
            try await store.write { writer in
                try writer.open(StoreSample.run("run-1"))
                try writer.insert(exchange, audit: entries)
            }
            let (found, trail) = try await store.read { (try $0.exchange("x"), try $0.audit(ofExchange: "x")) }
            try expect(found, is: exchange, "the exchange")
            try expect(trail.map(\.entry), is: entries, "its audit entries")
        },
        StorePromise("the id of an exchange is unique: a second one is refused and the first stays") { store in
            try await store.queue(StoreSample.exchange("x"), [])
            try await expectFault(.storeFailed, "the second exchange") {
                try await store.queue(StoreSample.exchange("x", member: 2), [])
            }
            let (found, trail) = try await store.read { (try $0.exchange("x"), try $0.audit(after: 0, limit: 10)) }
            try expect(found, is: StoreSample.exchange("x"), "the first exchange")
            try expect(trail.count, is: 1, "audit entries")
        },
        StorePromise("no exchange is inserted or moved without an audit entry that names it") { store in
            try await store.queue(StoreSample.exchange("x"), [])
            try await expectFault(.storeFailed, "inserting without an entry") {
                try await store.write { try $0.insert(StoreSample.exchange("y"), audit: []) }
            }
            try await expectFault(.storeFailed, "inserting with another's entry") {
                try await store.write {
                    try $0.insert(StoreSample.exchange("y"), audit: [StoreSample.entry("exchange.staged", of: "x")])
                }
            }
            try await expectFault(.storeFailed, "moving with another's entry") {
                try await store.advance("x", to: .matched, naming: nil)
            }
            let found = try await store.read { (try $0.exchange("y"), try $0.exchange("x")?.state) }
            try expect(found.0, is: nil, "the refused exchange")
            try expect(found.1, is: .staged, "the state of the other")
        },
        StorePromise("every move that the lifecycle allows is made; every other is refused and changes nothing") {
            store in
            for (number, from) in ExchangeState.allCases.enumerated() {
                for to in ExchangeState.allCases {
                    let id = "\(from.rawValue)-\(to.rawValue)"
                    try await store.queue(StoreSample.exchange(id, member: Int64(number), state: from), [])
                    let isAllowed = from.successors.contains(to)
                    let wasMade = try await store.tryAdvance(id, to: to)
                    try expect(wasMade, is: isAllowed, "whether \(from.rawValue) goes to \(to.rawValue)")
                    let (exchange, trail) = try await store.read {
                        (try $0.exchange(id), try $0.audit(ofExchange: id).count)
                    }
                    try expect(exchange?.state, is: isAllowed ? to : from, "the state of \(id)")
                    try expect(trail, is: isAllowed ? 2 : 1, "audit entries of \(id)")
                }
            }
        },
        StorePromise("a move takes along its reason, its words and its time") { store in
            try await store.queue(StoreSample.exchange("x"), [])
            try await store.write {
                try $0.advance(
                    "x", to: .unmatched, reason: .coverageMissing, detail: "no coverage", at: StoreSample.seconds(9),
                    audit: StoreSample.entry("exchange.unmatched", of: "x"))
            }
            let found = try await store.read { try $0.exchange("x") }
            try expect(found?.reason, is: .coverageMissing, "the reason")
            try expect(found?.detail, is: "no coverage", "the words")
            try expect(found?.updated, is: StoreSample.seconds(9), "the time")
        },
        StorePromise("an exchange that is not there cannot be moved or met") { store in
            try await expectFault(.exchangeUnknown, "moving it") {
                try await store.advance("x", to: .matched, naming: "x")
            }
            try await expectFault(.exchangeUnknown, "meeting it") {
                try await store.write { try $0.meet("x", in: "run-1") }
            }
        },
        StorePromise("the latest exchange of a member with a payer is the last inserted") { store in
            try await store.queue(StoreSample.exchange("a", state: .acknowledged), [])
            try await store.queue(StoreSample.exchange("b", state: .acknowledged), [])
            try await store.queue(StoreSample.exchange("c"), [])
            try await store.queue(StoreSample.exchange("d", payer: "med1"), [])
            try await store.queue(StoreSample.exchange("e", member: 2), [])
            let found = try await store.read {
                (
                    try $0.latestExchange(member: StoreSample.key(1), payer: "med0")?.id,
                    try $0.latestAcknowledged(member: StoreSample.key(1), payer: "med0")?.id,
                    try $0.latestAcknowledged(member: StoreSample.key(2), payer: "med0")?.id
                )
            }
            try expect(found.0, is: "c", "the latest exchange")
            try expect(found.1, is: "b", "the latest that the payer acknowledged")
            try expect(found.2, is: nil, "the latest of a member without any acknowledgement")
        },
        StorePromise("a filter finds what fits all of its parts, newest first, up to the limit") { store in
            try await store.queue(StoreSample.exchange("a", state: .parked, reason: .payerRefused), [])
            try await store.queue(StoreSample.exchange("b", member: 2, state: .parked, reason: .payerTooLarge), [])
            try await store.queue(StoreSample.exchange("c", payer: "med1", run: "run-2", job: "weekly"), [])
            try await store.write { try $0.meet("a", in: "run-2") }
            let filters: [(ExchangeFilter, [String])] = [
                (ExchangeFilter(), ["c", "b", "a"]),
                (ExchangeFilter(states: [.parked]), ["b", "a"]),
                (ExchangeFilter(states: [.parked, .staged]), ["c", "b", "a"]),
                (ExchangeFilter(reason: .payerRefused), ["a"]),
                (ExchangeFilter(member: StoreSample.key(2)), ["b"]),
                (ExchangeFilter(payer: "med1"), ["c"]),
                (ExchangeFilter(run: "run-2"), ["c", "a"]),
                (ExchangeFilter(job: "weekly"), ["c"]),
                (ExchangeFilter(states: [.parked], payer: "med0", run: "run-2"), ["a"]),
                (ExchangeFilter(states: [.cancelled]), []),
            ]
            for (filter, expected) in filters {
                let found = try await store.read { try $0.exchanges(matching: filter, limit: 10).map(\.id) }
                try expect(found, is: expected, "what \(filter) finds")
                let lines = try await store.read { try $0.lines(ofExchangesMatching: filter, limit: 10) }
                try expect(lines.map(\.id), is: expected, "the lines of what \(filter) finds")
            }
            let parked = try await store.read {
                try $0.lines(ofExchangesMatching: ExchangeFilter(states: [.parked]), limit: 1)
            }
            try expect(
                parked, is: [ExchangeLine(id: "b", state: .parked, reason: .payerTooLarge)], "the newest line")
            let limited = try await store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 2).map(\.id) }
            try expect(limited, is: ["c", "b"], "the newest two")
        },
        StorePromise("where an exchange stands follows its moves") { store in
            try await store.queue(StoreSample.exchange("x", state: .queued), [])
            try await store.advance("x", to: .submitted, naming: "x")
            let found = try await store.read {
                (try $0.standing(ofExchange: "x"), try $0.standing(ofExchange: "none"))
            }
            try expect(found.0, is: ExchangeStanding(run: "run-1", state: .submitted), "where it stands")
            try expect(found.1, is: nil, "where an unknown exchange stands")
        },
        StorePromise("a run's tally counts each member once, by the latest of the exchanges it made or met") { store in
            try await store.queue(StoreSample.exchange("old", member: 1, state: .cancelled, reason: .superseded), [])
            try await store.queue(StoreSample.exchange("new", member: 1, state: .acknowledged), [])
            try await store.queue(StoreSample.exchange("other", member: 2, state: .acknowledged), [])
            let tally = try await store.read { try $0.tally(run: "run-1") }
            try expect(tally, is: [ExchangeTally(state: .acknowledged, reason: nil, count: 2)], "the tally")
        },
        StorePromise("a run's tally tells those apart that only took back, by why nothing else went") { store in
            for (number, reason) in [FaultCode.consentDenied, .consentDenied, .matchApart].enumerated() {
                let exchange = StoreSample.retraction("r\(number)", member: Int64(number), for: reason)
                try await store.queue(exchange, [])
            }
            try await store.queue(StoreSample.exchange("x", member: 9, state: .acknowledged), [])
            let waiting = StoreSample.retraction("w", member: 10, state: .queued, for: .consentDenied)
            try await store.queue(waiting, [])
            let tally = try await store.read { Set(try $0.tally(run: "run-1")) }
            let expected: Set = [
                ExchangeTally(state: .acknowledged, reason: nil, count: 1),
                ExchangeTally(state: .acknowledged, reason: nil, count: 2, takesBackFor: .consentDenied),
                ExchangeTally(state: .acknowledged, reason: nil, count: 1, takesBackFor: .matchApart),
                ExchangeTally(state: .queued, reason: nil, count: 1),
            ]
            try expect(tally, is: expected, "the tally")
        },
        StorePromise("a run's tally counts what it made and what it met, each exchange once") { store in
            try await store.queue(StoreSample.exchange("a", state: .acknowledged), [])
            try await store.queue(
                StoreSample.exchange("b", member: 2, run: "run-2", state: .parked, reason: .payerRefused), [])
            try await store.queue(StoreSample.exchange("c", member: 3, run: "run-2"), [])
            try await store.write { writer in
                for exchange in ["a", "a", "c"] { try writer.meet(exchange, in: "run-2") }
            }
            let tally = try await store.read { Set(try $0.tally(run: "run-2")) }
            let expected: Set = [
                ExchangeTally(state: .acknowledged, reason: nil, count: 1),
                ExchangeTally(state: .parked, reason: .payerRefused, count: 1),
                ExchangeTally(state: .staged, reason: nil, count: 1),
            ]
            try expect(tally, is: expected, "the tally")
        },
        StorePromise("whom a run's tally counts is told of each member, by what the run made and by what it met") {
            store in
            try await store.queue(StoreSample.exchange("a", state: .acknowledged), [])
            try await store.queue(StoreSample.exchange("newer", state: .acknowledged), [])
            try await store.queue(StoreSample.exchange("b", member: 2, run: "run-2", state: .acknowledged), [])
            try await store.queue(StoreSample.exchange("c", member: 3, state: .acknowledged), [])
            try await store.queue(StoreSample.exchange("d", member: 3, payer: "med1", run: "run-2"), [])
            try await store.write { try $0.meet("a", in: "run-2") }
            let found = try await store.read { reader in
                try [1, 2, 3, 4].map { try reader.isTallied(StoreSample.key($0), payer: "med0", in: "run-2") }
            }
            try expect(found, is: [true, true, false, false], "whom the second run counts")
        },
    ]
}

extension Store {
    /// Moves an exchange with an audit entry that names `named`.
    func advance(_ exchange: String, to state: ExchangeState, naming named: String?) async throws {
        try await write {
            try $0.advance(
                exchange, to: state, reason: nil, detail: nil, at: StoreSample.start,
                audit: StoreSample.entry("exchange.\(state.rawValue)", of: named))
        }
    }

    /// Whether the store made the move; false when it refused with `store.failed`.
    func tryAdvance(_ exchange: String, to state: ExchangeState) async throws -> Bool {
        do {
            try await advance(exchange, to: state, naming: exchange)
            return true
        } catch let fault as Fault where fault.code == .storeFailed {
            return false
        }
    }
}
