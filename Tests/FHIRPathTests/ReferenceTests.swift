import Foundation
import Testing

@testable import FHIRPath

@Suite("The reference of FHIRPath and the code")
struct ReferenceTests {
    @Test("name the same functions")
    func functions() throws {
        let documented = try Self.words(in: "Functions").compactMap { word in
            word.firstIndex(of: "(").map { String(word[..<$0]) }
        }
        #expect(Set(documented) == Set(PathFunction.allCases.map(\.rawValue)))
        #expect(documented.count == Set(documented).count)
    }

    @Test("name the same operators")
    func operators() throws {
        let documented = try Self.words(in: "Operators").map { $0.replacingOccurrences(of: "\\|", with: "|") }
        #expect(Set(documented) == Set(PathOperator.allCases.map(\.rawValue) + ["is", "as"]))
    }

    /// What is in backquotes in the first column of a section's table.
    private static func words(in section: String) throws -> [String] {
        let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(
            contentsOf: repository.appendingPathComponent("docs/reference/fhirpath.md"), encoding: .utf8)
        let start = try #require(page.range(of: "\n## \(section)\n"))
        let text = page[start.upperBound...]
        let lines = text[..<(text.range(of: "\n## ")?.lowerBound ?? text.endIndex)].split(separator: "\n")
        let rows = lines.filter { $0.hasPrefix("| `") }.map { $0.replacingOccurrences(of: "\\|", with: "\u{1}") }
        return rows.flatMap { row in
            let column = row.split(separator: "|")[0].replacingOccurrences(of: "\u{1}", with: "\\|")
            return column.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
    }
}
