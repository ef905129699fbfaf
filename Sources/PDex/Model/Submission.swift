public import FHIR

/// One delivery of one bundle: a row of the outbox.
public struct Submission: Sendable, Hashable, Identifiable {
    /// Derived from exchange, part and content.
    public let id: String
    /// The exchange it belongs to.
    public let exchange: String
    /// The configured name of the payer.
    public let payer: String
    /// The configured name of the clinic.
    public let clinic: String
    /// The member; submissions of one member never overtake each other.
    public let member: ResourceKey
    /// Which part of the exchange, from 1.
    public let part: Int
    /// Where it stands.
    public var state: SubmissionState
    /// How many claims for delivery count as attempts: a claim given back unused does not.
    public var attempts: Int
    /// It must not be claimed before this.
    public var notBefore: Instant
    /// Grows with every claim; a stale owner's epoch no longer matches (fencing).
    public var epoch: Int
    /// The number of entries in the bundle.
    public let entries: Int
    /// The size of the bundle.
    public let bytes: Int
    /// SHA-256 of the bundle, hexadecimal.
    public let contentDigest: String
    /// The lane in which it waits.
    public let lane: DeliveryLane

    /// The id under which a claim is delivered. Each claim has its own, because an attempt that is given back leaves
    /// its number to the next one.
    public var requestID: String { "\(id)-\(epoch)" }

    /// The submission whose claim is delivered under `requestID`.
    public static func id(ofRequest requestID: String) -> String {
        requestID.lastIndex(of: "-").map { String(requestID[..<$0]) } ?? requestID
    }

    /// Assembles a submission.
    public init(
        id: String, exchange: String, clinic: String, payer: String, member: ResourceKey, part: Int,
        state: SubmissionState = .queued, attempts: Int = 0, notBefore: Instant, epoch: Int = 0,
        entries: Int, bytes: Int, contentDigest: String, lane: DeliveryLane = .nightly
    ) {
        self.id = id
        self.exchange = exchange
        self.clinic = clinic
        self.payer = payer
        self.member = member
        self.part = part
        self.state = state
        self.attempts = attempts
        self.notBefore = notBefore
        self.epoch = epoch
        self.entries = entries
        self.bytes = bytes
        self.contentDigest = contentDigest
        self.lane = lane
    }
}

/// A submission that was claimed for delivery, with the bundle to send.
public struct LeasedSubmission: Sendable {
    /// The claimed row; its epoch proves the claim.
    public let submission: Submission
    /// The bundle's bytes.
    public let bundle: [UInt8]

    /// Pairs a claim with its bundle.
    public init(submission: Submission, bundle: [UInt8]) {
        self.submission = submission
        self.bundle = bundle
    }
}
