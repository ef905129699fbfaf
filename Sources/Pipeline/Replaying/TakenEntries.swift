import PDex

/// What the payer has accepted of an exchange whose failed entries alone are made again: references to it use its
/// derived id.
struct TakenEntries: Sendable {
    let failed: FailedEntries
    let holdings: PayerHoldings
    /// The mapping set used now.
    let mapping: String
    /// The member that the patient is recognised as now.
    let match: MatchEvidence

    /// Whether the payer has the node as it would be written now, for the same person.
    func isThere(_ node: GraphNode) -> Bool {
        guard !failed.places.contains(node.location), let known = holdings.known(node.key), known.mapping == mapping,
            holdings.members[node.key, default: []].allSatisfy({ $0.isSamePerson(as: match) })
        else { return false }
        // A Provenance of many visits changes with each of them.
        return known.hash == node.contentHash || node.testimony?.isBroad == true
    }

    /// Whether the payer has an entry that is not a node.
    func isThere(_ place: String) -> Bool { failed.standing.contains(place) }

    /// The nodes of a part to send: all that are not there, and the targets of the clinic's Provenance among them.
    func going(of part: [GraphNode]) -> [GraphNode] {
        let new = part.filter { !isThere($0) }
        let keys = Set(new.map(\.key)).union(new.flatMap { $0.testimony?.targets.map(\.key) ?? [] })
        return part.filter { keys.contains($0.key) }
    }
}
