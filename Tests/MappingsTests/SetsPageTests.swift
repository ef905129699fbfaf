import Foundation
import Testing

@Suite("The page on mapping sets")
struct SetsPageTests {
    /// A row `| rule | words | `file:line` `text` | case |`.
    private struct Row: CustomStringConvertible {
        let description: String
        let file: String
        let line: Int
        let text: String
        let testCase: String

        init?(_ row: Substring) {
            guard let match = row.wholeMatch(of: /\| UC-[0-9]+ \|.*\| `([^:]+):([0-9]+)` `(.*)` \| (.*) \|/),
                let line = Int(match.2)
            else { return nil }
            description = String(row)
            file = String(match.1)
            self.line = line
            text = String(match.3)
            testCase = String(match.4)
        }

        /// Whether the line says that, and a test beside the file has that case.
        var isTrue: Bool {
            let (set, name) = (file.prefix { $0 != "/" }, file.drop { $0 != "/" })
            let path = Repository.folder(of: String(set)) + name
            let lines = Self.lines(of: path)
            let cases = Self.lines(of: path.replacing(".yaml", with: ".test.yaml"))
            return lines.indices.contains(line - 1) && lines[line - 1].contains(text)
                && cases.contains("  - case: " + testCase)
        }

        private static func lines(of path: String) -> [String] {
            ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").components(separatedBy: "\n")
        }
    }

    private static func page() throws -> String {
        try String(contentsOfFile: Repository.page("reference/mapping-sets.md"), encoding: .utf8)
    }

    @Test("every line that it names says what it is said to say, and has the test that is named")
    func rules() throws {
        let rows = try Self.page().split(separator: "\n").filter { $0.hasPrefix("| UC-") }
        let read = rows.compactMap(Row.init)

        #expect(read.count == rows.count)
        #expect(read.count > 15)
        #expect(read.filter { !$0.isTrue }.map(\.description) == [])
    }

    @Test("it names every set that comes with the project", arguments: Repository.sets)
    func sets(name: String) throws {
        #expect(try Self.page().contains("| `\(name)` |"))
    }
}
