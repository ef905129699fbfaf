import FHIR
public import PDex

/// An entry of the audit trail with what the store knows about it.
public struct AuditLine: Sendable {
    /// A record of a person or a decision, by its key and, while it is staged, by its id at its source.
    struct Record: Sendable, Hashable {
        /// The configured name of the clinic or payer that has it.
        let source: String
        /// The resource type.
        let type: String
        let key: ResourceKey
        /// The id there; nil when it is not staged any more.
        let id: String?
    }

    /// The entry in its place.
    public let recorded: RecordedAuditEntry
    let exchange: Exchange?
    /// The person that it is about.
    let person: Record?
    /// The Consent that decided.
    let consent: Record?
    /// The bundles of the exchange, each with the latest answer it had when the entry was written.
    let deliveries: [(submission: Submission, receipt: Receipt?)]

    init(_ recorded: RecordedAuditEntry, of exchange: Exchange?, _ reader: any StoreReader) throws {
        self.recorded = recorded
        self.exchange = exchange
        if let exchange {
            person = try Self.record(exchange.member, "Patient", of: exchange.clinic, reader)
            consent = try exchange.consent?.consent.map {
                try Self.record($0, "Consent", of: exchange.payer, reader)
            }
            let receipts = try reader.receipts(ofExchange: exchange.id).filter { $0.at <= recorded.entry.at }
            deliveries = try reader.submissions(ofExchange: exchange.id).map { submission in
                (submission, receipts.last { $0.submission == submission.id })
            }
        } else {
            person = try Self.named(in: recorded.entry.reason ?? "", reader)
            consent = nil
            deliveries = []
        }
    }

    /// The bundles that had been answered when the entry was written. For an acknowledged bundle the answer itself may
    /// have been pruned since.
    var answered: [(submission: Submission, receipt: Receipt?)] {
        let isTaken = recorded.entry.action == "exchange.acknowledged"
        return deliveries.filter { $0.receipt != nil || (isTaken && $0.submission.state == .acknowledged) }
    }

    private static func record(
        _ key: ResourceKey, _ type: String, of source: String, _ reader: any StoreReader
    ) throws -> Record {
        let staged = try reader.staged(key)
        return Record(source: staged?.source ?? source, type: staged?.type ?? type, key: key, id: staged?.id)
    }

    /// The first person that an entry's text names by key: `patient KEY of CLINIC`, `member KEY of PAYER`.
    private static func named(in words: String, _ reader: any StoreReader) throws -> Record? {
        guard let match = words.firstMatch(of: /(?:patient|member) ([0-9a-f]{16}) of ([^\s,:;]+)/),
            let key = ResourceKey(String(match.output.1))
        else { return nil }
        return try record(key, "Patient", of: String(match.output.2), reader)
    }
}
