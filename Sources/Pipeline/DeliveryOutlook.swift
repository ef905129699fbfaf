public import PDex

/// How the next run of a job would deliver, and whether the payer's server offers that.
public struct DeliveryOutlook: Sendable, Hashable {
    /// The clinic's configured name.
    public let clinic: String
    /// The payer's configured name.
    public let payer: String
    /// What the job says, with its limits.
    public let delivery: ExchangeTerms.Delivery
    /// Why it fits, and what would fit better, a sentence each.
    public let reasons: [String]
    /// What it needs but the payer's `/metadata` does not list, in words: a run would not begin.
    public let missing: [String]
    /// Other ways for which everything is listed, the best first; only if something is missing.
    public let others: [ExchangeTerms.Delivery.Kind]
    /// What prevents a run whatever the payer's server offers, such as a missing drop folder; nil when nothing is known
    /// to.
    public let obstacle: Fault?
    /// Why the payer could not be asked; nil when it was, and when its server is not needed.
    public let fault: Fault?

    /// Whether that way is possible, as far as `/metadata` and the drop folder show; nil when that is unknown.
    public var isOffered: Bool? { fault == nil ? missing.isEmpty && obstacle == nil : nil }

    init(
        _ terms: ExchangeTerms, reasons: [String] = [], missing: [String] = [],
        others: [ExchangeTerms.Delivery.Kind] = [], obstacle: Fault? = nil, fault: Fault? = nil
    ) {
        clinic = terms.clinic.name
        payer = terms.payer.name
        delivery = terms.delivery
        self.reasons = reasons
        self.missing = missing
        self.others = others
        self.obstacle = obstacle
        self.fault = fault
    }

    /// Compares what the job says with what the payer's server offers.
    init(_ terms: ExchangeTerms, _ offer: DeliveryOffer) {
        let kind = terms.delivery.kind
        let missing = offer.missing(for: kind)
        guard missing.isEmpty else {
            let others = Self.ways.filter { $0 != kind && offer.missing(for: $0).isEmpty }
            self.init(terms, missing: missing, others: others)
            return
        }
        let written = "updates under ids that we choose, for the \(offer.types.count) types that go"
        var reasons = [kind.promise]
        switch kind {
        case .transaction, .batch: reasons.append("its /metadata lists \(kind.rawValue), and \(written)")
        case .put: reasons.append("its /metadata lists \(written)")
        case .bulkSubmit:
            reasons.append("its /metadata lists \(kind.systemOperations.map { "$" + $0 }.joined(separator: " and "))")
        case .fileDrop: break
        }
        if kind != .transaction, kind.writesToServer, offer.missing(for: .transaction).isEmpty {
            reasons.append("transaction is listed, too: fewer requests, and no bundle is ever there in part")
        }
        self.init(terms, reasons: reasons)
    }

    /// The ways of delivering to a payer's server, the best first.
    private static let ways: [ExchangeTerms.Delivery.Kind] = [.transaction, .batch, .put, .bulkSubmit]
}

extension ExchangeTerms.Delivery.Kind {
    /// What it means for how data arrives.
    fileprivate var promise: String {
        switch self {
        case .transaction: "a bundle is applied whole or not at all"
        case .batch: "a bundle is applied entry by entry, in several requests: what is referred to comes first"
        case .put: "one request a resource: what is referred to comes first"
        case .fileDrop: "files are left in a folder: nothing of its server is needed"
        case .bulkSubmit: "it is told of files, and fetches them from us"
        }
    }
}

extension ExchangePipeline {
    /// Looks at what the payer offers, or at its drop folder, as a run would before it pulls anything; changes nothing.
    public func deliveryOutlook() async throws -> DeliveryOutlook {
        let obstacle = await payer.deliveryObstacle()
        guard terms.delivery.kind.needsServer, obstacle == nil else {
            return DeliveryOutlook(terms, reasons: [terms.delivery.kind.promise], obstacle: obstacle)
        }
        do {
            return DeliveryOutlook(terms, DeliveryOffer(terms, mappings, try await payer.capability()))
        } catch let fault as Fault {
            return DeliveryOutlook(terms, fault: fault)
        }
    }
}
