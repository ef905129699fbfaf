import Testing

@Suite("The pages on requirements name what is there")
struct RequirementTests {
    private static let pages = ["docs/reference/conformance.md", "docs/reference/requirements.md"]

    private static var rows: [RequirementRow] {
        Repository.pages.filter { pages.contains($0.path) }.flatMap { page in
            page.lines.enumerated().filter { isOfRequirement(page.lines, $0.offset) }
                .compactMap { RequirementRow($0.element) }
        }
    }

    /// Whether a line is in a table whose first column is called `Line`.
    private static func isOfRequirement(_ lines: [Substring], _ index: Int) -> Bool {
        let table = lines[...index].reversed().prefix { $0.hasPrefix("|") }
        return table.last?.hasPrefix("| Line |") == true && table.count > 2
    }

    @Test("each line has the form of one, says what it asks, and stands there once")
    func lines() {
        let rows = Self.rows

        #expect(rows.count > 70)
        #expect(rows.filter { !$0.isNamed || $0.words.isEmpty }.map(\.description) == [])
        #expect(Set(rows.map(\.line)).count == rows.count)
    }

    @Test("each file that a row names is there, and each test is in its file")
    func places() {
        #expect(Self.rows.flatMap(\.untruths) == [])
    }

    @Test("a line that is not said to be open names a file and a test")
    func isHeld() throws {
        let page = try #require(Repository.pages.first { $0.path == Self.pages[1] })
        let open = page.lines.drop { $0 != "## Not held yet" }.compactMap { RequirementRow($0) }.map(\.line)

        #expect(!open.isEmpty)
        let empty = Self.rows.filter { ($0.places.isEmpty || $0.tests.isEmpty) && !open.contains($0.line) }
        #expect(empty.map(\.description) == [])
        #expect(Self.rows.filter { open.contains($0.line) && !$0.tests.isEmpty }.map(\.description) == [])
    }

    @Test("a row that names what is not there is noticed")
    func bites() throws {
        let row = try #require(
            RequirementRow(
                "| PB-01 | a | `PDex/Model/Nothing.swift`, `mappings/pdex/set.yaml` | `A.swift` `b`, "
                    + "`ArchitectureTests/RequirementTests.swift` `bites` |"))

        #expect(row.untruths == ["PB-01: PDex/Model/Nothing.swift", "PB-01: A.swift b"])
        #expect(RequirementRow("| PB-1 | a | b |")?.isNamed == false)
    }
}
