import FHIR
import GRDB
import PDex

extension SQLiteExchangeStore {
    /// Whether the store was made under the secret of `identities`, as far as it can tell.
    func isMade(under identities: Identities) async throws -> Bool {
        try await reads.run { [database, digests] in
            try Fault.translating {
                try database.read { try SQLiteTransaction(database: $0, digests: digests).isMade(under: identities) }
            }
        }
    }

    /// Makes a restored store safe to run; returns when its audit trail ended, and how many exchanges were cancelled.
    func restored(_ restoration: StoreRestoration) async throws -> (last: Instant?, cancelled: Int) {
        try await writes.run { [database, digests, lock] in
            try Fault.translating {
                try Self.locked(lock) {
                    try database.write { try SQLiteTransaction(database: $0, digests: digests).restored(restoration) }
                }
            }
        }
    }
}

extension SQLiteTransaction {
    fileprivate func restored(_ restoration: StoreRestoration) throws -> (last: Instant?, cancelled: Int) {
        let last = try first("SELECT at FROM audit ORDER BY seq DESC LIMIT 1") { try $0.instant(0) }
        let open = try all(
            """
            SELECT id, run FROM exchange WHERE state IN (
                'staged', 'matched', 'permitted', 'mapped', 'queued', 'submitted', 'retrying') ORDER BY rid
            """
        ) { (id: try $0.text(0), run: try $0.text(1)) }
        try change("DELETE FROM bundle WHERE submission IN (\(Self.openSubmissions))")
        try change(
            """
            UPDATE submission SET state = 'cancelled', owner = NULL, expiry = NULL
            WHERE rid IN (\(Self.openSubmissions))
            """)
        for exchange in open {
            let entry = AuditEntry(
                at: restoration.at, actor: restoration.actor, action: "exchange.cancelled", run: exchange.run,
                exchange: exchange.id, reason: FaultCode.storeRestored.rawValue)
            try advance(
                exchange.id, to: .cancelled, reason: .storeRestored, detail: "made again by the next run",
                at: restoration.at, audit: entry)
        }
        try change("UPDATE replay_item SET outcome = 'cancelled' WHERE outcome = 'waiting'")
        try change("DELETE FROM progress")
        try change("DELETE FROM roster")
        try change("DELETE FROM export_under_way")
        try change("UPDATE run SET state = 'failed' WHERE state = 'running'")
        try change("UPDATE member_request SET state = 'requested' WHERE state = 'in-progress'")
        // Completed requests are open again if an exchange that their run made or met was cancelled just now.
        let unanswered = try all(
            """
            SELECT request.id FROM member_request request WHERE request.state = 'completed' AND EXISTS (
                SELECT 1 FROM exchange WHERE reason = 'store.restored' AND state = 'cancelled' AND updated = ?
                AND (exchange.run = request.run OR EXISTS (
                    SELECT 1 FROM met WHERE met.exchange = exchange.rid AND met.run = request.run))
            ) ORDER BY request.rid
            """, [restoration.at.milliseconds]
        ) { try $0.text(0) }
        for request in unanswered {
            try change("UPDATE member_request SET state = 'requested' WHERE id = ?", [request])
            try record(
                AuditEntry(
                    at: restoration.at, actor: restoration.actor, action: "request.requested",
                    reason: request + ": " + FaultCode.storeRestored.rawValue))
        }
        // Only a look at everything shows what the clinic has deleted since.
        try change("UPDATE scope SET at = NULL")
        try change("DELETE FROM patient_watermark")
        let until = last.map { "; nothing is known of what happened after \($0.text)" } ?? ""
        try record(
            AuditEntry(
                at: restoration.at, actor: restoration.actor, action: "store.restored",
                reason: restoration.reason + until))
        return (last, open.count)
    }

    private static let openSubmissions = "SELECT rid FROM submission WHERE state IN ('queued', 'leased', 'retrying')"
}

extension SQLiteTransaction {
    /// The exchanges whose members are forgotten: a restoration cancelled them or a run withheld them because of it,
    /// and no newer one followed.
    private static let forgotten = """
        EXISTS (SELECT 1 FROM audit WHERE action = 'store.restored')
        AND exchange.state IN ('cancelled', 'withheld') AND exchange.reason = 'store.restored'
        AND (exchange.state = 'withheld' OR run.trigger <> 'request')
        AND exchange.clinic = ?1 AND exchange.payer = ?2 AND exchange.job = ?3 AND NOT EXISTS (
            SELECT 1 FROM exchange later WHERE later.member = exchange.member AND later.payer = exchange.payer
            AND later.rid > exchange.rid
        )
        """

    func addForgotten(toRosterOf run: Run) throws {
        try change(
            """
            INSERT OR IGNORE INTO roster (run, patient)
            SELECT ?4, exchange.member FROM exchange JOIN run ON run.id = exchange.run WHERE \(Self.forgotten)
            """, [run.clinic, run.payer, run.job, try number(ofRun: run.id)])
    }

    func forgotten(inRosterOf run: Run, after: ResourceKey?, limit: Int) throws -> [ResourceKey] {
        guard let start = start(after: after) else { return [] }
        return try all(
            """
            SELECT patient FROM roster WHERE run = (SELECT rid FROM run WHERE id = ?4) AND patient >= ?5 AND EXISTS (
                SELECT 1 FROM exchange JOIN run ON run.id = exchange.run
                WHERE exchange.member = roster.patient AND \(Self.forgotten)
            ) ORDER BY patient LIMIT ?6
            """, [run.clinic, run.payer, run.job, run.id, start, max(limit, 0)]
        ) { try $0.key(0) }
    }
}
