import PDex

/// Walks a run's roster, a group of members at a time, so that memory does not grow with it.
struct RosterWalk: AsyncSequence, Sendable {
    let store: any Store
    let run: String

    private static let membersAtOnce = 32

    struct Iterator: AsyncIteratorProtocol {
        let walk: RosterWalk
        var last: ResourceKey?

        mutating func next() async throws -> [ResourceKey]? {
            let (run, after) = (walk.run, last)
            let group = try await walk.store.read {
                try $0.roster(run: run, after: after, limit: RosterWalk.membersAtOnce)
            }
            last = group.last
            return group.isEmpty ? nil : group
        }
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(walk: self)
    }
}
