public import FHIR

/// A payer's FHIR R4 server: search, asking who somebody is, and delivery of a bundle.
///
/// Only `Sources/Pipeline/Steps/6-Submit.swift` calls ``submit(_:requestID:lastLook:)``: nothing leaves without a
/// permit.
public protocol PayerServer: FHIRReader {
    /// Those of `types` that our token does not let us read and search: deliveries of them cannot be read back.
    func unreadableTypes(among types: [String]) async throws -> [String]
    /// POSTs one transaction or batch Bundle and returns whatever was answered, refusals included (WR-02).
    ///
    /// Throws only when no answer came: `remote.unreachable` when the request cannot have arrived,
    /// `payer.unknown-outcome` when it may have (WR-16), and authentication faults. `lastLook` is called each time just
    /// before the request is begun, with a connection and a token at hand; if it throws, that error is thrown and no
    /// byte has left (CO-03, reliability R11).
    func submit(
        _ bundle: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer
    /// Why this payer cannot be delivered to at all, where `/metadata` does not say; nil when no reason is known.
    /// Changes nothing.
    func deliveryObstacle() async -> Fault?
    /// Prepares for deliveries, before anything is pulled for them. Throws what ``deliveryObstacle()`` reports.
    func prepareDelivery() async throws
    /// What an earlier attempt at the delivery left; nil where only reading the payer's records can show that (WR-16).
    func trace(of bundle: [UInt8], requestID: String) async throws -> DeliveryTrace?
    /// Asks who somebody is (`POST Patient/$member-match`, MM-01); a refusal is an answer.
    ///
    /// Throws when no answer was had, when the server does not offer it (`payer.capability-missing`), and
    /// authentication faults. `lastLook` is called before each try, when a connection and a token are at hand: what it
    /// throws is thrown, and that try and all later ones are not made (CO-03).
    func matchMember(
        _ question: MemberMatchQuestion, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> MemberMatchAnswer
    /// Asks who many are (`POST Group/$bulk-member-match`, BM-01); returns where the answer is asked for, to be kept
    /// before it is (BLK-18).
    ///
    /// Throws when the request was not accepted, when the server does not offer the operation
    /// (`payer.capability-missing`), and authentication faults. `lastLook` is called just before the request is begun,
    /// with a connection and a token at hand; if it throws, that error is thrown and no byte has left (CO-01).
    func startMatchingMembers(
        _ questions: [MemberMatchQuestion], lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> String
}

extension PayerServer {
    /// None: a server says in its `/metadata` whether it can be delivered to.
    public func deliveryObstacle() async -> Fault? { nil }

    /// A server needs no preparation.
    public func prepareDelivery() async throws {}

    /// Nil: deliveries to a server are looked up by reading there.
    public func trace(of bundle: [UInt8], requestID: String) async throws -> DeliveryTrace? { nil }
}

/// What a payer answered to one delivery.
public struct PayerAnswer: Sendable, Hashable {
    /// The HTTP status.
    public let status: Int
    /// The body: a response Bundle, an OperationOutcome, or anything.
    public let body: [UInt8]
    /// `Retry-After` in seconds from now, from either form.
    public let retryAfterSeconds: Int?
    /// The payer's clock, from the `Date` header.
    public let serverTime: Instant?
    /// The id that the payer gave the answer, if it can only be a machine-made one (RD-23); for a file drop, its name.
    public let answerID: String?

    /// Describes an answer.
    public init(
        status: Int, body: [UInt8], retryAfterSeconds: Int?, serverTime: Instant?, answerID: String? = nil
    ) {
        self.status = status
        self.body = body
        self.retryAfterSeconds = retryAfterSeconds
        self.serverTime = serverTime
        self.answerID = answerID
    }
}
