import FHIR
import PDex
import Synchronization

/// Advances exchanges, but leaves their audit entries to a transaction of their own.
final class UnauditedWriter: RelayedWriter {
    private let memory: PlantedMemory

    init(_ writer: any StoreWriter, _ memory: PlantedMemory) {
        self.memory = memory
        super.init(writer)
    }

    override func insert(_ exchange: Exchange, audit: [AuditEntry]) throws {
        try super.insert(exchange, audit: audit.map(Self.nothing))
        memory.state.withLock { $0.late += audit }
    }

    override func advance(
        _ exchange: String, to state: ExchangeState, reason: FaultCode?, detail: String?, at instant: Instant,
        audit: AuditEntry
    ) throws {
        try super.advance(
            exchange, to: state, reason: reason, detail: detail, at: instant, audit: Self.nothing(of: audit))
        memory.state.withLock { $0.late.append(audit) }
    }

    /// An entry that does not say what happened.
    private static func nothing(of entry: AuditEntry) -> AuditEntry {
        AuditEntry(at: entry.at, actor: entry.actor, action: "exchange.moved", run: entry.run, exchange: entry.exchange)
    }
}
