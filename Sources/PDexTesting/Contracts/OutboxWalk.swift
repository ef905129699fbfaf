import FHIR
import PDex
import SampleData

/// Random operations on an outbox and its model, which must agree after each.
struct OutboxWalk {
    private let store: any Store
    private var numbers: SeededNumbers
    private var model = OutboxModel()
    private var claims: [Submission] = []
    private var exchanges: [String] = []
    private var now = StoreSample.start
    private let routes = ["clinic0", "clinic1"].flatMap { clinic in
        ["med0", "med1"].map { Route(clinic: clinic, payer: $0) }
    }
    private let owners = ["w0", "w1", "w2"]

    init(_ store: any Store, seed: UInt64) {
        self.store = store
        numbers = SeededNumbers(seed: seed)
    }

    /// Walks `steps` steps; throws a breach at the first disagreement.
    mutating func walk(_ steps: Int) async throws {
        for step in 0..<steps {
            now = now.adding(milliseconds: Int64(roll(20_000)))
            switch roll(10) {
            case 0...2: try await enqueue(step)
            case 3...5: try await lease()
            case 6: try await settle()
            case 7: try await (roll(3) == 0 ? divide(step) : settle())
            case 8: try await releaseOrRenew()
            default: try await rescueOrCancel()
            }
            try await compare(step)
        }
    }

    private mutating func roll(_ sides: Int) -> Int {
        Int.random(in: 0..<sides, using: &numbers)
    }

    private mutating func enqueue(_ step: Int) async throws {
        let (id, route, member) = ("x\(step)", routes[roll(4)], Int64(roll(4)))
        let parts = (1...(1 + roll(3))).map { part in
            StoreSample.submission("\(id).\(part)", of: id, member: member, on: route, part: part, notBefore: now)
        }
        try await store.queue(StoreSample.exchange(id, member: member, payer: route.payer, state: .queued), parts)
        parts.forEach { model.enqueue($0.submission) }
        exchanges.append(id)
    }

    private mutating func lease() async throws {
        let (route, owner, limit, at) = (routes[roll(4)], owners[roll(3)], 1 + roll(3), now)
        let expiry = at.adding(milliseconds: 30_000)
        let leased = try await store.write {
            try $0.lease(route, limit: limit, owner: owner, now: at, expiry: expiry)
        }
        let expected = model.lease(route, limit: limit, owner: owner, now: at, expiry: expiry)
        try expect(leased.map(\.submission), is: expected, "the claims")
        try expect(
            leased.map(\.bundle), is: expected.map { Array("bundle \($0.id)".utf8) }, "the bytes of the claims")
        claims += expected
    }

    private mutating func settle() async throws {
        guard let claim = claims.randomElement(using: &numbers) else { return }
        let state: SubmissionState = [.acknowledged, .retrying, .retrying, .parked][roll(4)]
        let due = now.adding(milliseconds: Int64(roll(40_000)))
        let moved = try await store.settle(claim, as: state, notBefore: due, StoreSample.receipt(claim))
        try expect(moved, is: model.settle(claim, as: state, notBefore: due), "whether the claim still counts")
    }

    private mutating func divide(_ step: Int) async throws {
        guard let claim = claims.randomElement(using: &numbers) else { return }
        let (at, bytes) = (now, Array("bundle \(claim.id)".utf8))
        let first = ExchangeBundle(part: claim.part, entries: 2, bytes: bytes, digest: "digest \(claim.id)")
        let rest = StoreSample.submission(
            "\(claim.exchange).d\(step)", of: claim.exchange, member: claim.member.bits,
            on: Route(clinic: claim.clinic, payer: claim.payer), part: 100 + step, notBefore: at)
        let moved = try await store.write {
            try $0.divide(
                claim.id, epoch: claim.epoch, first: first, rest: [rest], at: at, receipt: StoreSample.receipt(claim))
        }
        let expected = model.divide(claim, rest: rest.submission, at: at)
        try expect(moved, is: expected, "whether the claim could still be divided")
    }

    private mutating func releaseOrRenew() async throws {
        // Renews some of its claims, and some that it has lost.
        let (some, expiry) = (claims.filter { _ in roll(2) == 0 }, now.adding(milliseconds: 30_000))
        try await store.write { try $0.renew(some, expiry: expiry) }
        model.renew(some, expiry: expiry)
        guard roll(2) == 0, let claim = claims.randomElement(using: &numbers) else { return }
        try await store.write { try $0.release(claim.id, epoch: claim.epoch) }
        model.release(claim)
    }

    private mutating func rescueOrCancel() async throws {
        let (at, gone) = (now, owners[roll(3)])
        let rescued = try await store.write { try $0.rescue(now: at) { $0 == gone } }
        try expect(Set(rescued.map(\.id)), is: model.rescue(now: at, gone: gone), "what is rescued")
        guard roll(3) == 0, let exchange = exchanges.randomElement(using: &numbers) else { return }
        let underWay = try await store.write { try $0.cancelOpenSubmissions(ofExchange: exchange) }
        try expect(underWay, is: model.cancel(exchange: exchange), "what is under way")
    }

    private func compare(_ step: Int) async throws {
        let (exchanges, routes) = (exchanges, routes)
        let (found, due, balance) = try await store.read { reader in
            (
                try exchanges.map { try reader.submissions(ofExchange: $0) },
                try routes.map { try reader.nextDue($0) }, try reader.balance()
            )
        }
        try expect(balance.reduce(0) { $0 + $1.count }, is: exchanges.count, "the balance after step \(step)")
        try expect(found, is: exchanges.map { model.submissions(ofExchange: $0) }, "submissions after step \(step)")
        try expect(due, is: routes.map { model.nextDue($0) }, "the next due after step \(step)")
    }
}
