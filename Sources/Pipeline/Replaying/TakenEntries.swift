import PDex

/// What the payer has taken of an exchange whose failed entries alone are made anew: what refers to it finds it by its
/// derived id.
struct TakenEntries: Sendable {
    let failed: FailedEntries
    let holdings: PayerHoldings
    /// The mapping set by which is written now.
    let mapping: String
    /// As whom the member is known now.
    let match: MatchEvidence

    /// Whether the payer has the node as it would be written now, of the same person.
    func isThere(_ node: GraphNode) -> Bool {
        guard !failed.places.contains(node.location), let known = holdings.known(node.key), known.mapping == mapping,
            holdings.members[node.key, default: []].allSatisfy({ $0.isSamePerson(as: match) })
        else { return false }
        // What speaks of many visits changes with each of them.
        return known.hash == node.contentHash || node.testimony?.isBroad == true
    }

    /// Whether the payer has what is nobody's node.
    func isThere(_ place: String) -> Bool { failed.standing.contains(place) }

    /// What of a part goes: all that is not there, and what a Provenance of the clinic that goes speaks of.
    func going(of part: [GraphNode]) -> [GraphNode] {
        let new = part.filter { !isThere($0) }
        let keys = Set(new.map(\.key)).union(new.flatMap { $0.testimony?.targets.map(\.key) ?? [] })
        return part.filter { keys.contains($0.key) }
    }
}
