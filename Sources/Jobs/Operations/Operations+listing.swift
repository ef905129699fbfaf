public import PDex

extension Operations {
    /// More than so many are never read at once.
    public static let mostListed = 10_000

    /// A page of the requests that match, in the order of their places, with what `told` makes of each: a whole manifest
    /// is held of one at a time.
    public func list<Told: Sendable>(
        memberRequestsMatching filter: MemberRequestFilter, limit: Int,
        as told: @escaping @Sendable (MemberRequestDetail) -> Told
    ) async throws -> MemberRequestList<Told> {
        let (identities, limit) = (identities, min(limit, Self.mostListed))
        return try await store.read { reader in
            // One more tells whether there are others.
            let found = try reader.memberRequests(matching: filter, limit: limit + 1)
            let shown = found.prefix(limit)
            var all = filter
            all.after = nil
            return MemberRequestList(
                requests: try shown.map { told(try Self.detail($0, identities, reader)) },
                total: try reader.count(memberRequestsMatching: all),
                next: found.count > limit ? shown.last.map { MemberRequestPlace($0) } : nil)
        }
    }
}
