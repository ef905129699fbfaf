/// Which tables a read-only transaction knows to be empty: it sees one state of the store from beginning to end.
///
/// Most deployments have no decisions of operators and no answers of payers, yet both are looked up for everybody who
/// is joined.
final class EmptyTables {
    private var known: [Table: Bool] = [:]

    /// A table that is empty in most stores.
    enum Table {
        case memberLink, memberMatch
    }

    /// Whether the table is empty; `look` is called the first time only.
    func isEmpty(_ table: Table, _ look: () throws -> Bool) rethrows -> Bool {
        if let isEmpty = known[table] { return isEmpty }
        let isEmpty = try look()
        known[table] = isEmpty
        return isEmpty
    }
}
