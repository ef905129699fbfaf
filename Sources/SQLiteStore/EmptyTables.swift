/// What a transaction that only reads knows to be empty: it sees one state of the store from its beginning to its end.
///
/// Most deployments have no decision of an operator and no answer of a payer, and everybody who is joined is asked for
/// both.
final class EmptyTables {
    private var known: [Table: Bool] = [:]

    /// A table that is empty in most stores.
    enum Table {
        case memberLink, memberMatch
    }

    /// Whether the table is empty, by what `look` finds the first time.
    func isEmpty(_ table: Table, _ look: () throws -> Bool) rethrows -> Bool {
        if let isEmpty = known[table] { return isEmpty }
        let isEmpty = try look()
        known[table] = isEmpty
        return isEmpty
    }
}
