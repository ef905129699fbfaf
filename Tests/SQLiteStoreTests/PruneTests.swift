import FHIR
import GRDB
import PDex
import PDexTesting
import Testing

@testable import SQLiteStore

/// What the store forgets, and what it never does.
struct PruneTests {
    private let store: SQLiteExchangeStore
    private static let start = Instant(milliseconds: 1_767_225_600_000)
    private static let retention = StoreRetention(bundles: 30, receipts: 30, requests: 30)

    init() throws {
        store = try SQLiteExchangeStore.inMemory(digests: .standIn)
    }

    @Test(
        "only what is finished and older is forgotten, whatever state it is in",
        arguments: ExchangeState.allCases, [29, 31])
    func finished(state: ExchangeState, days: Int64) async throws {
        try await put(state, .parked)
        let isOld = days > 30
        let isOver = [.cancelled, .withheld].contains(state)

        let would = try await store.prunable(Self.retention, now: later(days))
        let pruned = try await store.prune(Self.retention, now: later(days), actor: "tests")

        #expect(would == pruned)
        #expect(pruned.bundles == (isOld && isOver ? 1 : 0))
        // For others, they distinguish what was refused from what may have arrived.
        #expect(pruned.receipts == (isOld && state == .acknowledged ? 1 : 0))
        #expect(try await store.read { try $0.bundle(ofSubmission: "s") == nil } == (pruned.bundles == 1))
        #expect(try await store.read { try $0.receipts(ofExchange: "x").isEmpty } == (pruned.receipts == 1))
        #expect(try await store.read { try $0.exchange("x")?.state } == state)
        #expect(try await store.check() == [])
    }

    @Test(
        "what the outbox still has work with keeps its bundle and its receipts",
        arguments: [ExchangeState.cancelled, .acknowledged], SubmissionState.allCases)
    func open(exchange: ExchangeState, state: SubmissionState) async throws {
        try await put(exchange, state)

        let pruned = try await store.prune(Self.retention, now: later(99), actor: "tests")

        #expect(pruned.receipts == (exchange == .acknowledged && !state.isOpen ? 1 : 0))
        #expect(pruned.bundles == (exchange == .cancelled && state == .parked ? 1 : 0))
    }

    @Test("requests that have ended are forgotten, others are not", arguments: MemberRequestState.allCases)
    func requests(state: MemberRequestState) async throws {
        var request = MemberRequest(
            id: "r", job: "nightly", payer: "med0", patient: "joe", since: nil, types: [], accepted: Self.start,
            due: Self.start)
        request.state = state
        let kept = request
        _ = try await store.write { try $0.accept(kept, audit: Self.entry("request.accepted", nil)) }

        let pruned = try await store.prune(Self.retention, now: later(31), actor: "tests")

        #expect(pruned.requests == ([.requested, .inProgress].contains(state) ? 0 : 1))
        #expect(try await store.read { try $0.memberRequest("r") == nil } == (pruned.requests == 1))
    }

    @Test("nothing is forgotten unless somebody says how long it is kept, and what is forgotten is in the audit trail")
    func audited() async throws {
        try await put(.cancelled, .parked)
        let before = try await store.read { try $0.audit(after: 0, limit: 99).count }

        let nothing = try await store.prune(StoreRetention(), now: later(9999), actor: "tests")
        let some = try await store.prune(StoreRetention(bundles: 1), now: later(9999), actor: "tests")
        let again = try await store.prune(StoreRetention(bundles: 1), now: later(9999), actor: "tests")

        let trail = try await store.read { try $0.audit(after: 0, limit: 99).map(\.entry) }
        #expect([nothing.total, some.total, again.total] == [0, 1, 0])
        #expect(trail.count == before + 1)
        #expect(trail.last?.action == "store.pruned")
        #expect(trail.last?.reason == "1 bundle, 0 receipts, 0 requests")
    }

    @Test("pruning walks the submissions by their numbers, and reads no whole table under the lock or beside it")
    func plans() async throws {
        let statements = StatementLog()
        try await put(.cancelled, .parked)
        statements.follow(store)
        _ = try await store.prune(Self.retention, now: later(99), actor: "tests")

        let steps = try statements.plans().filter {
            $0.sql.contains("receipt") || $0.sql.contains("bundle") || $0.sql.contains("submission")
                || $0.sql.contains("member_request")
        }
        #expect(
            steps.filter { $0.step.contains(/^SCAN (s|e|b|r|submission|exchange|bundle|receipt|member_request)\b/) }
                .map(\.sql) == [])
        #expect(
            steps.contains {
                $0.sql.hasPrefix("DELETE FROM receipt")
                    && $0.step.hasPrefix("SEARCH s USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)")
            })
    }

    @Test(
        "whatever the size of the steps, all that is old is forgotten, and nothing else", arguments: [1, 2, 3, 7, 100])
    func steps(atOnce: Int) async throws {
        try await put(.acknowledged, .parked)
        try await store.database.write { connection in
            for number in 2...9 {
                try connection.execute(
                    sql: """
                        INSERT INTO submission (id, exchange, clinic, payer, member, part, state, attempts, not_before, epoch,
                            entries, bytes, digest)
                        SELECT id || ?1, exchange, clinic, payer, member, ?1, CASE ?1 % 4 WHEN 0 THEN 'queued' ELSE state END,
                            attempts, not_before, epoch, entries, bytes, digest FROM submission WHERE id = 's'
                        """, arguments: [number])
                let rid = connection.lastInsertedRowID
                try connection.execute(
                    sql: """
                        INSERT INTO receipt SELECT ?1, attempt, epoch, status, verdict, fault, outcome, locations, at, answer_id
                        FROM receipt WHERE submission = (SELECT rid FROM submission WHERE id = 's')
                        """, arguments: [rid])
            }
        }

        let pruned = try await store.prune(Self.retention, now: later(31), actor: "tests", atOnce: atOnce)

        #expect(pruned.bundles == 0)
        #expect(pruned.receipts == 7)
        #expect(try await store.read { try $0.receipts(ofExchange: "x").map(\.submission) } == ["s4", "s8"])
    }

    private func later(_ days: Int64) -> Instant { Self.start.adding(milliseconds: days * 86_400_000) }

    private static func entry(_ action: String, _ exchange: String?) -> AuditEntry {
        AuditEntry(at: start, actor: "tests", action: action, exchange: exchange)
    }

    /// An exchange in a state, with one submission in another, its bundle and a receipt.
    private func put(_ state: ExchangeState, _ submission: SubmissionState) async throws {
        let claim = try await store.claimOne(bundle: [1, 2, 3])
        let receipt = Receipt(
            submission: claim.id, attempt: 1, status: 422, verdict: "parked", fault: nil, outcome: nil, locations: [],
            at: Self.start)
        _ = try await store.write {
            try $0.settle(claim.id, epoch: claim.epoch, as: .parked, notBefore: nil, receipt: receipt)
        }
        try await store.database.write { connection in
            try connection.execute(sql: "UPDATE exchange SET state = ?", arguments: [state.rawValue])
            let isLeased = submission == .leased
            try connection.execute(
                sql: "UPDATE submission SET state = ?, owner = ?, expiry = ?",
                arguments: [submission.rawValue, isLeased ? "w" : nil, isLeased ? 1 : nil])
        }
    }
}
