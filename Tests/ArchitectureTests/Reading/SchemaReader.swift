import Foundation

/// Finds out from SQL which words a table's `state` column accepts.
enum SchemaReader {
    /// The words of `CHECK (state IN (…))` in the latest definition of a table called so, or so with an s.
    static func checkedStates(ofTable table: String, in sql: String) -> [String] {
        let definitions = sql.components(separatedBy: "CREATE TABLE ").dropFirst()
        let wanted = definitions.last { definition in
            let name = definition.prefix { $0.isLetter || $0 == "_" }
            return name == table || name == table + "s"
        }
        guard
            let list = wanted?.components(separatedBy: "state IN (").dropFirst().first?.components(separatedBy: ")")
                .first
        else { return [] }
        return list.split(separator: "'", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
    }
}
