/// Finds the category of a code without searching lists.
struct CodeIndex: Sendable {
    /// The codes of one system.
    private struct Table: Sendable {
        var codes: [String: Int] = [:]
        var prefixes: [String: Int] = [:]
        var lengths: [Int] = []
    }

    private var tables: [String: Table] = [:]

    /// Indexes lists; a code in several of them belongs to the first.
    init(_ lists: [CodeList]) {
        for (index, list) in lists.enumerated() {
            for entry in list.entries {
                for system in entry.systems { add(entry, index, to: system) }
            }
        }
        tables = tables.mapValues { table in
            var table = table
            table.lengths = Set(table.prefixes.keys.map(\.utf8.count)).sorted()
            return table
        }
    }

    private mutating func add(_ entry: CodeList.Entry, _ index: Int, to system: String) {
        var table = tables[system] ?? Table()
        for code in entry.codes {
            let folded = CodeList.folded(code)
            table.codes[folded] = min(index, table.codes[folded] ?? index)
        }
        for prefix in entry.prefixes {
            let folded = CodeList.folded(prefix)
            table.prefixes[folded] = min(index, table.prefixes[folded] ?? index)
        }
        tables[system] = table
    }

    /// The first list that holds the code.
    func category(_ system: String, _ code: String) -> Int? {
        guard let table = tables[system] else { return nil }
        let folded = CodeList.folded(code)
        var found = table.codes[folded]
        for length in table.lengths where length <= folded.utf8.count {
            guard let index = table.prefixes[String(folded.prefix(length))] else { continue }
            found = min(index, found ?? index)
        }
        return found
    }
}
