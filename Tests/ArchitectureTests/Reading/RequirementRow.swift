/// A row `| line | what it asks | `file` | `file of tests` `function` |` of a table of requirements.
struct RequirementRow: Sendable, CustomStringConvertible {
    /// Such as `UC-03`.
    let line: Substring
    /// What it asks, in words.
    let words: Substring
    /// What obeys it, below `Sources` or in `mappings`.
    let places: [String]
    /// What fails when it is not obeyed.
    let tests: [(file: String, function: String)]
    let description: String

    /// Reads a row; nil when it is not a requirement's.
    init?(_ row: Substring) {
        let cells = row.split(separator: "|").map { $0.trimmingPrefix(while: { $0 == " " }) }
        guard row.hasPrefix("| "), cells.count >= 3, cells[0].contains("-"), !cells[0].hasPrefix("-") else {
            return nil
        }
        description = String(row)
        line = cells[0].prefix { $0 != " " }
        words = cells[1]
        places = Self.code(in: cells[2])
        let names = cells.count > 3 ? Self.code(in: cells[3]) : []
        tests = stride(from: 0, to: names.count - 1, by: 2).map { (names[$0], names[$0 + 1]) }
    }

    /// Whether the line has the form of a line.
    var isNamed: Bool { line.wholeMatch(of: /[A-Z]{1,3}-[0-9]{2}/) != nil }

    /// What is wrong in the row.
    var untruths: [String] {
        let places = places.filter { place in
            !Repository.exists(place.hasPrefix("mappings/") ? place : "Sources/" + place)
        }
        let tests = tests.filter { test in
            let text = Repository.tests.first { $0.path == "Tests/" + test.file }?.lines.joined(separator: "\n") ?? ""
            return !text.contains("    func \(test.function)(") || !text.contains("@Test")
        }
        return (places + tests.map { "\($0.file) \($0.function)" }).map { "\(line): \($0)" }
    }

    private static func code(in cell: Substring) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
    }
}
