import FHIR
import PDex

extension StoreContract {
    static let breakers: [StorePromise] = [
        StorePromise("how a payer fares is kept as it is, in one row, until it is at rest") { store in
            let none = try await store.read { try $0.breakers() }
            try expect(none, is: [], "what is known at first")
            var breaker = StoreSample.breaker(closedUntil: 60)
            breaker.probe = "s1"
            breaker.named = StoreSample.seconds(90)
            let first = breaker
            try await store.write { try $0.keep(first) }
            breaker.failing = ["s1"]
            breaker.lastFault = .remoteUnreachable
            let second = breaker
            try await store.write { try $0.keep(second) }
            let kept = try await store.read { try $0.breakers() }
            try expect(kept, is: [second], "what is known then")
            try await store.write { try $0.keep(CircuitBreaker(payer: "med0", at: StoreSample.start)) }
            let last = try await store.read { try $0.breakers() }
            try expect(last, is: [], "what is known at last")
        },
        StorePromise("for a closed payer nothing is claimed or due before its time, whichever the clinic") { store in
            try await store.queueOfBoth()
            try await store.write { try $0.keep(StoreSample.breaker(closedUntil: 60)) }
            for clinic in ["clinic0", "clinic1"] {
                let route = Route(clinic: clinic, payer: "med0")
                let due = try await store.read { try $0.nextDue(route) }
                try expect(due, is: StoreSample.seconds(60), "when something of \(clinic) is due")
                let claims = try await store.claims(of: route, at: 59)
                try expect(claims, is: [], "claims of \(clinic)")
            }
            let others = try await store.claims(of: Route(clinic: "clinic0", payer: "med1"), at: 59)
            try expect(others.count, is: 1, "claims for another payer")
        },
        StorePromise("when the time of a closed payer has come, one is claimed, and nothing else while it is") {
            store in
            try await store.queueOfBoth()
            try await store.write { try $0.keep(StoreSample.breaker(closedUntil: 60)) }
            let probe = try await store.claims(of: StoreSample.route, at: 60)
            try expect(probe.count, is: 1, "claims when the time has come")
            for clinic in ["clinic0", "clinic1"] {
                let more = try await store.claims(of: Route(clinic: clinic, payer: "med0"), at: 61)
                try expect(more, is: [], "claims of \(clinic) beside the probe")
            }
            let breaker = try await store.read { try $0.breakers().first }
            try expect(breaker?.probe, is: probe.first, "the probe")
            // The probe's claim holds for ten minutes.
            let next = try await store.claims(of: Route(clinic: "clinic1", payer: "med0"), at: 660)
            try expect(next.count, is: 1, "claims once the claim on the probe ran out")
        },
        StorePromise("a payer is closed as long as the claim on its probe is prolonged, and for no other claim") {
            store in
            try await store.queueOfBoth()
            try await store.write { try $0.keep(StoreSample.breaker(closedUntil: 60)) }
            let probe = try await store.claims(of: StoreSample.route, at: 60).first
            let claim = try await store.read { try $0.submissions(ofExchange: "x0") }.first { $0.id == probe }
            guard let claim else { throw Fault(.storeFailed, .stop, "the probe is not there") }
            var lost = claim
            lost.epoch -= 1
            let others = [lost]
            try await store.write { try $0.renew(others, expiry: StoreSample.seconds(5000)) }
            try await store.write { try $0.renew([claim], expiry: StoreSample.seconds(900)) }
            let during = try await store.claims(of: Route(clinic: "clinic1", payer: "med0"), at: 899)
            try expect(during, is: [], "claims beside the prolonged probe")
            let next = try await store.claims(of: Route(clinic: "clinic1", payer: "med0"), at: 900)
            try expect(next.count, is: 1, "claims once the prolonged claim ran out")
        },
        StorePromise("a payer that fails and is not closed yet gets everything") { store in
            try await store.queueOfBoth()
            try await store.write { try $0.keep(StoreSample.breaker(closedUntil: nil)) }
            let claims = try await store.claims(of: StoreSample.route, at: 0)
            try expect(claims.count, is: 3, "the claims")
        },
    ]
}

extension StoreSample {
    fileprivate static func breaker(closedUntil seconds: Int64?) -> CircuitBreaker {
        CircuitBreaker(
            payer: "med0", failing: ["s1", "s2"], spent: 20, closings: seconds == nil ? 0 : 1,
            closedUntil: seconds.map { Self.seconds($0) }, lastFault: .payerUnknownOutcome, at: start)
    }
}

extension Store {
    /// Queues three submissions of one clinic and one of another for the same payer, and one for another payer, each
    /// for a different member.
    fileprivate func queueOfBoth() async throws {
        let routes = [
            ("clinic0", "med0"), ("clinic0", "med0"), ("clinic0", "med0"), ("clinic1", "med0"), ("clinic0", "med1"),
        ]
        for (index, route) in routes.enumerated() {
            let id = "x\(index)"
            try await queue(
                StoreSample.exchange(id, member: Int64(index), payer: route.1),
                [
                    StoreSample.submission(
                        "s" + id, of: id, member: Int64(index), on: Route(clinic: route.0, payer: route.1))
                ])
        }
    }

    fileprivate func claims(of route: Route, at seconds: Int64) async throws -> [String] {
        let now = StoreSample.seconds(seconds)
        return try await write {
            try $0.lease(route, limit: 9, owner: "w", now: now, expiry: now.adding(milliseconds: 600_000))
        }.map(\.submission.id)
    }
}
