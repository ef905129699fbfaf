import FHIR
import PDex

/// Handles exchanges that a newer one of the same member replaced while they were under way.
extension KeepReceipts {
    /// The member's newest exchange with the payer, unless that is the one that was being sent.
    func newer(than submission: Submission, _ writer: any StoreWriter) throws -> String? {
        let latest = try writer.latestExchange(member: submission.member, payer: submission.payer)
        return latest.flatMap { $0.id == submission.exchange ? nil : $0.id }
    }

    /// Cancels an exchange of which nothing more is to be sent; one that has come to rest keeps its state.
    func supersede(
        _ id: String, _ exchange: ExchangeStanding, by newer: String, at now: Instant, _ writer: any StoreWriter
    ) throws {
        guard exchange.state.successors.contains(.cancelled) else { return }
        let words = "superseded by \(newer)"
        let entry = AuditEntry(
            at: now, actor: actor, action: "exchange.cancelled", run: exchange.run, exchange: id, reason: words)
        try writer.advance(id, to: .cancelled, reason: .superseded, detail: words, at: now, audit: entry)
    }
}
