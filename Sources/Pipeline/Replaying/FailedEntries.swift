import FHIR
import PDex

/// The entries of an exchange that the payer did not accept: those are sent again, and the acknowledged ones stay
/// (WR-03, Q-04).
///
/// A Provenance goes with its targets: if it is missing, or someone whom it names is, the targets are sent again, too.
struct FailedEntries: Sendable {
    /// `Type/id` of the entries to send again.
    let places: Set<String>
    /// `Type/id` of what the payer acknowledged and what stays as it is.
    let standing: Set<String>

    /// Reads the receipts and the bundles that are still kept. Throws `exchange.not-replayable` when nothing or
    /// everything was accepted, and when this, or what is still there, is not known.
    init(
        of exchange: Exchange, by delivery: ExchangeTerms.Delivery.Kind, _ identities: Identities,
        _ reader: any StoreReader
    ) throws {
        guard delivery.takesEntriesSingly else {
            throw Self.refusal(
                exchange, "the payer takes what is delivered as \(delivery.rawValue) whole or not at all")
        }
        guard try !reader.predatesRestoration(exchange.id) else {
            throw Self.refusal(exchange, "the store was restored since, and does not know what the payer has of it")
        }
        let acknowledged = try Arrivals(of: exchange.id, reader).places
        var failed: Set<String> = []
        for submission in try reader.submissions(ofExchange: exchange.id) where submission.state != .acknowledged {
            guard let bytes = try reader.bundle(ofSubmission: submission.id),
                identities.hexDigest(bytes) == submission.contentDigest,
                let sent = SentEntries(try JSONParser.parse(bytes)["entry"]?.elements ?? [])
            else { throw Self.refusal(exchange, "the bundle of part \(submission.part) is no longer kept") }
            failed.formUnion(Self.failed(in: sent, acknowledged))
        }
        guard !failed.isEmpty else { throw Self.refusal(exchange, "no entry of it failed") }
        let standing = try Self.acknowledged(before: exchange, reader).union(acknowledged).subtracting(failed)
        guard !standing.isEmpty else { throw Self.refusal(exchange, "the payer acknowledged no entry of it") }
        (places, self.standing) = (failed, standing)
    }

    /// Most exchanges followed from replay to original.
    private static let longestChain = 100

    /// `Type/id` of what was acknowledged of the exchanges that it replays, one after the other.
    private static func acknowledged(before exchange: Exchange, _ reader: any StoreReader) throws -> Set<String> {
        var found: Set<String> = []
        var next = exchange.replayOf
        for _ in 0..<longestChain {
            guard let id = next, let earlier = try reader.exchange(id) else { break }
            found.formUnion(try Arrivals(of: id, reader).places)
            next = earlier.replayOf
        }
        return found
    }

    /// The entries of one bundle to send again.
    private static func failed(in sent: SentEntries, _ acknowledged: Set<String>) -> Set<String> {
        let missing = sent.places.subtracting(acknowledged)
        return sent.witnesses.reduce(into: missing) { failed, witness in
            let resource = sent.entries[witness]["resource"]
            let targets = Set((resource?["target"]?.elements ?? []).compactMap { $0["reference"]?.string })
            var named: Set<String> = [sent.locations[witness]]
            resource?.forEachReference { named.insert($0) }
            guard !named.subtracting(targets).isDisjoint(with: missing) else { return }
            failed.formUnion(targets.intersection(sent.places))
        }
    }

    private static func refusal(_ exchange: Exchange, _ why: String) -> Fault {
        Fault(
            .exchangeNotReplayable, .stop, "the failed entries of exchange \(exchange.id) cannot go alone: \(why)",
            hint: "replay it whole: every resource keeps its id")
    }
}
