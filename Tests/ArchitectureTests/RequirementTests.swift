import SampleData
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

    @Test(
        "each line of the first and the second release stands in one of the pages",
        .enabled(if: SharedFolder.has(list), "the requirement list is not on this machine"))
    func isComplete() throws {
        let text = String(decoding: try SharedFolder.bytes(of: Self.list), as: UTF8.self)
        let asked = text.split(separator: "\n").flatMap(Self.released)

        #expect(asked.count > 200)
        #expect(Set(asked).subtracting(Self.rows.map(\.line)).sorted() == [])
    }

    @Test("a line of the list is asked for when it has the tag of one of the two releases")
    func tags() {
        let lines: [Substring] = [
            "- UC-01 | SHALL | a, as BLK-01 says. `[R1]` | b", "- UC-02 | MAY | a. `[R2]`", "- UC-03 | ENG | a. `[N]`",
            "Conformance: HRX-01 SHALL a; HRX-02 SHOULD NOT b. `[R1]`", "Tags: `[R1]` first, `[R2]` second.",
        ]

        #expect(lines.flatMap(Self.released) == ["UC-01", "UC-02", "HRX-01", "HRX-02"])
    }

    /// The requirement list in the shared folder.
    private static let list = "spec.md"

    /// The names in a line of the list, if a release asks for what it says.
    private static func released(_ line: Substring) -> [Substring] {
        guard line.contains("`[R1]`") || line.contains("`[R2]`") else { return [] }
        return line.matches(of: /([A-Z]{1,3}-[0-9]{2}) (?:\||SHALL|SHOULD)/).map(\.output.1)
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
