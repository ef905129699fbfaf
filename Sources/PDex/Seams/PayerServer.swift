public import FHIR

/// A payer's FHIR R4 server: search, the question who somebody is, and delivery of a bundle.
///
/// Only `Sources/Pipeline/Steps/6-Submit.swift` calls ``submit(_:requestID:lastLook:)``: nothing leaves without a
/// permit.
public protocol PayerServer: FHIRReader {
    /// Those of `types` that our token does not let us read and search: what was delivered of them cannot be read back.
    func unreadableTypes(among types: [String]) async throws -> [String]
    /// POSTs one transaction or batch Bundle and returns whatever was answered, refusals included (WR-02).
    ///
    /// Throws only when no answer was had: `remote.unreachable` when the request cannot have arrived,
    /// `payer.unknown-outcome` when it may have (WR-16), and authentication faults. `lastLook` is called each time
    /// before the request is begun, when a connection and a token are at hand: what it throws is thrown, and no byte
    /// has left (CO-03, reliability R11).
    func submit(
        _ bundle: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer
    /// What keeps this payer from being delivered to at all, where `/metadata` does not tell; nil when nothing is known
    /// to. Changes nothing.
    func deliveryObstacle() async -> Fault?
    /// Gets ready for deliveries, before anything is pulled for them. Throws what ``deliveryObstacle()`` tells.
    func prepareDelivery() async throws
    /// What an earlier attempt at the delivery left; nil where that is seen only by reading what the payer holds
    /// (WR-16).
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
    /// Throws when it was not taken, when the server does not offer it (`payer.capability-missing`), and authentication
    /// faults. `lastLook` is called before the request is begun, when a connection and a token are at hand: what it
    /// throws is thrown, and no byte has left (CO-01).
    func startMatchingMembers(
        _ questions: [MemberMatchQuestion], lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> String
}

extension PayerServer {
    /// None: a server is asked for its `/metadata`, and for nothing else.
    public func deliveryObstacle() async -> Fault? { nil }

    /// Nothing is to be done for a server.
    public func prepareDelivery() async throws {}

    /// Nothing: what was delivered to a server is read there.
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
    /// The id that the payer gave to the answer, when it can be nothing but a number drawn by a machine (RD-23); of a
    /// file drop its name.
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
