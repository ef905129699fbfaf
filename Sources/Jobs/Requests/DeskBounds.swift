import PDex

/// How many member requests may be open before more are refused: accepted requests are answered, and the rest are told
/// when to come again.
public struct DeskBounds: Sendable, Hashable {
    /// For one holder.
    public let ofHolder: Int
    /// For all together.
    public let ofAll: Int

    /// When a refused caller may come again, in seconds.
    private static let retrySeconds = 30

    /// No bounds, for an operator's own requests.
    public static let none = DeskBounds(ofHolder: .max, ofAll: .max)

    /// Bounds of that size.
    public init(ofHolder: Int, ofAll: Int) {
        self.ofHolder = ofHolder
        self.ofAll = ofAll
    }

    /// Throws `request.desk-full` unless there is room for `request`, or it is stored already. Called in the
    /// transaction that stores it.
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
