import Foundation
import Testing

@testable import Conformance

@Suite("The page about conformance")
struct RulePageTests {
    @Test("lists every rule there is, and no other")
    func rules() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let page = tests.deletingLastPathComponent().appendingPathComponent("docs/reference/conformance.md")
        let text = try String(contentsOf: page, encoding: .utf8)

        let rows = text.components(separatedBy: "| Rule |").last?.components(separatedBy: "\n\n").first ?? ""
        let cells = rows.split(separator: "\n").compactMap { $0.split(separator: "|").first }
        let listed = cells.flatMap { $0.matches(of: /`([a-z.-]+)`/).map { String($0.1) } }

        #expect(Set(listed) == Set(Rule.allCases.map(\.rawValue)))
    }
}
