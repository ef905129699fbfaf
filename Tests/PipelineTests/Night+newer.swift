import PDex
import PDexTesting

extension Night {
    /// Replaces the only exchange by one named "newer", as a request does that comes while the first is sent.
    func makeNewer() async throws {
        let now = clock.now()
        try await store.write { writer in
            guard try writer.standing(ofExchange: "newer") == nil,
                let older = try writer.exchanges(matching: ExchangeFilter(), limit: 1).first
            else { return }
            let newer = Exchange(
                id: "newer", job: older.job, run: older.run, member: older.member, clinic: older.clinic,
                payer: older.payer, state: .queued, reason: nil, detail: nil, fingerprint: 1,
                manifest: older.manifest, consent: older.consent, mapping: older.mapping, created: now,
                updated: now)
            let entry = AuditEntry(
                at: now, actor: "test", action: "exchange.queued", run: older.run, exchange: "newer", reason: nil)
            try writer.insert(newer, audit: [entry])
        }
    }
}
