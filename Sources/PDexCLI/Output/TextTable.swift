/// Aligned columns: text to the left, numbers to the right.
struct TextTable: Sendable {
    private var rows: [[String]] = []
    private let rightAligned: Set<Int>

    /// A table whose columns with those numbers (from 0) are aligned to the right.
    init(_ heading: [String] = [], rightAligned: Set<Int> = []) {
        self.rightAligned = rightAligned
        if !heading.isEmpty { rows.append(heading) }
    }

    /// Adds a row.
    mutating func add(_ cells: String...) {
        add(row: cells)
    }

    /// Adds a row of so many cells.
    mutating func add(row cells: [String]) {
        rows.append(cells)
    }

    /// The rows, each after `indent`, without trailing spaces.
    func text(indent: String = "") -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.compactMap { $0.indices.contains(column) ? $0[column].count : nil }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return rightAligned.contains(column) ? padding + cell : cell + padding
            }
            let line = indent + cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
