import PDex

/// How many member requests may be open before more are refused: what is accepted is answered, and the rest is told
/// when to come again.
public struct DeskBounds: Sendable, Hashable {
    /// Of one holder.
    public let ofHolder: Int
    /// Of all together.
    public let ofAll: Int

    /// When somebody who was refused may come again, in seconds.
    private static let retrySeconds = 30

    /// An operator's own are not counted.
    public static let none = DeskBounds(ofHolder: .max, ofAll: .max)

    /// Bounds of that many.
    public init(ofHolder: Int, ofAll: Int) {
        self.ofHolder = ofHolder
        self.ofAll = ofAll
    }

    /// Throws `request.desk-full` unless there is room for `request`, or it is there already. Asked in the transaction
    /// that keeps it.
    func demandRoom(for request: MemberRequest, _ reader: any StoreReader) throws {
        guard self != .none, try reader.memberRequest(request.id) == nil else { return }
        // What only waits for its payer takes no room: others' requests are accepted meanwhile.
        let unrun = MemberRequestFilter(states: MemberRequestFilter.open.states, progress: .unrun)
        if let owner = request.owner {
            var ofOwner = unrun
            ofOwner.owner = owner
            let own = try reader.count(memberRequestsMatching: ofOwner)
            guard own < ofHolder else { throw Self.full("\(ofHolder) requests of yours are open") }
        }
        guard try reader.count(memberRequestsMatching: unrun) < ofAll else {
            throw Self.full("\(ofAll) requests are open")
        }
    }

    private static func full(_ why: String) -> Fault {
        Fault(
            .requestDeskFull, .retry, why, hint: "nothing was kept; ask again when some of them are answered",
            retryAfterSeconds: retrySeconds)
    }
}
