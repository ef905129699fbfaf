public import PDex

extension Operations {
    /// More than so many are never read at once.
    private static let mostListed = 10_000

    /// A page of the requests that match, in the order of their places, each with what came of it.
    public func list(memberRequestsMatching filter: MemberRequestFilter, limit: Int) async throws -> MemberRequestList {
        let (identities, limit) = (identities, min(limit, Self.mostListed))
        return try await store.read { reader in
            // One more tells whether there are others.
            let found = try reader.memberRequests(matching: filter, limit: limit + 1)
            let shown = found.prefix(limit)
            var all = filter
            all.after = nil
            return MemberRequestList(
                requests: try shown.map { try Self.detail($0, identities, reader) },
                total: try reader.count(memberRequestsMatching: all),
                next: found.count > limit ? shown.last.map { MemberRequestPlace($0) } : nil)
        }
    }
}
