public import FHIR
import GRDB
import PDex

extension SQLiteExchangeStore {
    /// Others write between two groups of so many.
    private static let atOnce = 2000

    /// Forgets what is finished and older than `retention` says, a group at a time, each with an audit entry.
    public func prune(_ retention: StoreRetention, now: Instant, actor: String) async throws -> PrunedRows {
        var total = PrunedRows()
        while true {
            try Task.checkCancellation()
            let pruned = try await writes.run { [database, digests, lock] in
                try Fault.translating {
                    try Self.locked(lock) {
                        try database.write { connection in
                            let transaction = SQLiteTransaction(database: connection, digests: digests)
                            return try transaction.prune(retention, now: now, actor: actor, limit: Self.atOnce)
                        }
                    }
                }
            }
            guard pruned.total > 0 else { return total }
            total.bundles += pruned.bundles
            total.receipts += pruned.receipts
            total.requests += pruned.requests
        }
    }

    /// What pruning would forget now.
    public func prunable(_ retention: StoreRetention, now: Instant) async throws -> PrunedRows {
        try await reads.run { [database, digests] in
            try Fault.translating {
                try database.read { connection in
                    try SQLiteTransaction(database: connection, digests: digests).prunable(retention, now: now)
                }
            }
        }
    }
}

extension SQLiteTransaction {
    private static let oldBundles = """
        SELECT b.submission FROM bundle b JOIN submission s ON s.rid = b.submission JOIN exchange e ON e.id = s.exchange
        WHERE s.state = 'parked' AND e.state IN ('cancelled', 'withheld') AND e.updated < ?1 LIMIT ?2
        """
    private static let oldReceipts = """
        SELECT r.submission, r.attempt, r.epoch FROM receipt r JOIN submission s ON s.rid = r.submission
        JOIN exchange e ON e.id = s.exchange
        WHERE r.at < ?1 AND e.updated < ?1 AND e.state IN ('acknowledged', 'cancelled', 'withheld')
        AND s.state NOT IN ('queued', 'leased', 'retrying') LIMIT ?2
        """
    private static let oldRequests = """
        SELECT rid FROM member_request WHERE state IN ('completed', 'failed', 'cancelled') AND updated < ?1 LIMIT ?2
        """

    fileprivate func prune(
        _ retention: StoreRetention, now: Instant, actor: String, limit: Int
    ) throws -> PrunedRows {
        var pruned = PrunedRows()
        if let age = retention.bundles {
            pruned.bundles = try change(
                "DELETE FROM bundle WHERE submission IN (\(Self.oldBundles))", [Self.cutoff(now, age), limit])
        }
        if let age = retention.receipts {
            pruned.receipts = try change(
                "DELETE FROM receipt WHERE (submission, attempt, epoch) IN (\(Self.oldReceipts))",
                [Self.cutoff(now, age), limit])
        }
        if let age = retention.requests {
            pruned.requests = try change(
                "DELETE FROM member_request WHERE rid IN (\(Self.oldRequests))", [Self.cutoff(now, age), limit])
        }
        if pruned.total > 0 {
            try record(AuditEntry(at: now, actor: actor, action: "store.pruned", reason: pruned.words))
        }
        return pruned
    }

    fileprivate func prunable(_ retention: StoreRetention, now: Instant) throws -> PrunedRows {
        var found = PrunedRows()
        let most = Int64.max
        if let age = retention.bundles {
            found.bundles = try counted(
                "SELECT count(*) FROM (\(Self.oldBundles))", [Self.cutoff(now, age), most])
        }
        if let age = retention.receipts {
            found.receipts = try counted(
                "SELECT count(*) FROM (\(Self.oldReceipts))", [Self.cutoff(now, age), most])
        }
        if let age = retention.requests {
            found.requests = try counted(
                "SELECT count(*) FROM (\(Self.oldRequests))", [Self.cutoff(now, age), most])
        }
        return found
    }

    private func counted(_ sql: String, _ arguments: StatementArguments) throws -> Int {
        try first(sql, arguments) { try $0.integer(0) } ?? 0
    }

    private static func cutoff(_ now: Instant, _ days: Int) -> Int64 {
        now.adding(milliseconds: -Int64(days) * 86_400_000).milliseconds
    }
}
