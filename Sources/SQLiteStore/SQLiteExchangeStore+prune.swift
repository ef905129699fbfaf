public import FHIR
import GRDB
import PDex

extension SQLiteExchangeStore {
    /// How many submissions are looked at together; others can write between two groups.
    private static let atOnce = 2000

    /// Deletes finished rows that are older than `retention` allows, a group at a time, each with an audit entry.
    public func prune(_ retention: StoreRetention, now: Instant, actor: String) async throws -> PrunedRows {
        try await prune(retention, now: now, actor: actor, atOnce: Self.atOnce)
    }

    /// The same, looking at `atOnce` submissions at a time. Others can write during the search; the lock is taken only
    /// when there is something to delete.
    func prune(_ retention: StoreRetention, now: Instant, actor: String, atOnce: Int) async throws -> PrunedRows {
        var total = PrunedRows()
        var window: SubmissionWindow? = SubmissionWindow()
        while let last = window {
            try Task.checkCancellation()
            let next = try await reading { try $0.window(after: last, limit: atOnce) }
            window = next
            guard let next, try await reading({ try $0.prunable(retention, now: now, in: next) }).total > 0 else {
                continue
            }
            total += try await writing { try $0.prune(retention, now: now, actor: actor, in: next) }
        }
        while try await reading({ try $0.oldRequests(retention, now: now, limit: 1) }) > 0 {
            try Task.checkCancellation()
            total += try await writing { try $0.pruneRequests(retention, now: now, actor: actor, limit: atOnce) }
        }
        return total
    }

    /// What pruning would delete now.
    public func prunable(_ retention: StoreRetention, now: Instant) async throws -> PrunedRows {
        try await reading { transaction in
            var found = try transaction.prunable(retention, now: now, in: .everything)
            found.requests = try transaction.oldRequests(retention, now: now, limit: .max)
            return found
        }
    }

    private func reading<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteTransaction) throws -> Value
    ) async throws -> Value {
        try await reads.run { [database, digests] in
            try Fault.translating {
                try database.read { try body(SQLiteTransaction(database: $0, digests: digests)) }
            }
        }
    }

    private func writing<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteTransaction) throws -> Value
    ) async throws -> Value {
        try await writes.run { [database, digests, lock] in
            try Fault.translating {
                try Self.locked(lock) {
                    try database.write { try body(SQLiteTransaction(database: $0, digests: digests)) }
                }
            }
        }
    }
}

extension SQLiteTransaction {
    /// The submissions of a window whose exchange has not changed for long; each is found by its number.
    private static let atRest = """
        SELECT s.rid FROM submission s CROSS JOIN exchange e ON e.id = s.exchange
        WHERE s.rid > ?2 AND s.rid <= ?3 AND e.updated < ?1
        """
    private static let oldBundles = """
        FROM bundle WHERE submission IN (
            \(atRest) AND s.state = 'parked' AND e.state IN ('cancelled', 'withheld')
        )
        """
    /// Without an acknowledgement the receipts stay: only they distinguish a refusal from what may have arrived.
    private static let oldReceipts = """
        FROM receipt WHERE at < ?1 AND submission IN (
            \(atRest) AND s.state NOT IN ('queued', 'leased', 'retrying') AND e.state = 'acknowledged'
        )
        """
    private static let oldRequests = """
        SELECT rid FROM member_request WHERE state IN ('completed', 'failed', 'cancelled') AND updated < ?1 LIMIT ?2
        """

    /// The next submissions in the order of their numbers; nil when there are none.
    fileprivate func window(after last: SubmissionWindow, limit: Int) throws -> SubmissionWindow? {
        let end = try first(
            "SELECT max(rid) FROM (SELECT rid FROM submission WHERE rid > ? ORDER BY rid LIMIT ?)", [last.last, limit]
        ) { try $0.decode(Int64?.self, atIndex: 0) }
        return end.flatMap(\.self).map { SubmissionWindow(after: last.last, last: $0) }
    }

    fileprivate func prune(
        _ retention: StoreRetention, now: Instant, actor: String, in window: SubmissionWindow
    ) throws -> PrunedRows {
        var pruned = PrunedRows()
        if let age = retention.bundles {
            pruned.bundles = try change("DELETE \(Self.oldBundles)", Self.old(now, age, window))
        }
        if let age = retention.receipts {
            pruned.receipts = try change("DELETE \(Self.oldReceipts)", Self.old(now, age, window))
        }
        try record(pruned, by: actor, at: now)
        return pruned
    }

    fileprivate func prunable(
        _ retention: StoreRetention, now: Instant, in window: SubmissionWindow
    ) throws -> PrunedRows {
        var found = PrunedRows()
        if let age = retention.bundles {
            found.bundles = try counted("SELECT count(*) \(Self.oldBundles)", Self.old(now, age, window))
        }
        if let age = retention.receipts {
            found.receipts = try counted("SELECT count(*) \(Self.oldReceipts)", Self.old(now, age, window))
        }
        return found
    }

    fileprivate func oldRequests(_ retention: StoreRetention, now: Instant, limit: Int) throws -> Int {
        guard let age = retention.requests else { return 0 }
        return try counted("SELECT count(*) FROM (\(Self.oldRequests))", [Self.cutoff(now, age), limit])
    }

    fileprivate func pruneRequests(
        _ retention: StoreRetention, now: Instant, actor: String, limit: Int
    ) throws -> PrunedRows {
        var pruned = PrunedRows()
        guard let age = retention.requests else { return pruned }
        pruned.requests = try change(
            "DELETE FROM member_request WHERE rid IN (\(Self.oldRequests))", [Self.cutoff(now, age), limit])
        try record(pruned, by: actor, at: now)
        return pruned
    }

    private func record(_ pruned: PrunedRows, by actor: String, at now: Instant) throws {
        guard pruned.total > 0 else { return }
        try record(AuditEntry(at: now, actor: actor, action: "store.pruned", reason: pruned.words))
    }

    private func counted(_ sql: String, _ arguments: StatementArguments) throws -> Int {
        try first(sql, arguments) { try $0.integer(0) } ?? 0
    }

    private static func old(_ now: Instant, _ days: Int, _ window: SubmissionWindow) -> StatementArguments {
        [cutoff(now, days), window.after, window.last]
    }

    private static func cutoff(_ now: Instant, _ days: Int) -> Int64 {
        now.adding(milliseconds: -Int64(days) * 86_400_000).milliseconds
    }
}
