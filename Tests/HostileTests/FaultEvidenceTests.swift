import Foundation
import PDex
import Testing

/// `docs/evidence/pull-faults.md` lists each line of the fault table with its outcome, and says for every fault of the
/// catalogue where it is tried or why it is not.
@Suite("The list of faults")
struct FaultEvidenceTests {
    /// The catalogue's faults of network, HTTP and FHIR.
    private static let catalogue =
        (1...16).map { "N\($0)" } + (1...16).map { "H\($0)" } + (1...19).map { "R\($0)" }

    @Test("has a row for each line of the table, with its verdict, and none for what is not there")
    func listsEveryLine() throws {
        let rows = try Self.rows().filter {
            $0.hasSuffix("| same |") || $0.contains("| partial: ") || $0.contains("| ended: ")
        }

        let expected = FaultTable.all.map(\.row)

        #expect(Set(expected).subtracting(rows).sorted() == [])
        #expect(Set(rows).subtracting(expected).sorted() == [])
        #expect(Set(FaultTable.all.map(\.testDescription)).count == FaultTable.all.count)
    }

    @Test("names every fault of the catalogue")
    func namesEveryFault() throws {
        let named = Set(try Self.rows().compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })

        #expect(Self.catalogue.filter { !named.contains($0) } == [])
    }

    private static func rows() throws -> [String] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let page = tests.deletingLastPathComponent().appendingPathComponent("docs/evidence/pull-faults.md").path
        return try String(contentsOfFile: page, encoding: .utf8).split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("| ") }
    }
}

extension FaultLine {
    /// Its row in the list.
    var row: String {
        let verdict =
            switch ending {
            case .same: "same"
            case .partial(let codes): "partial: " + codes.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            case .broken(let code): "ended: `\(code.rawValue)`"
            }
        let way =
            switch method {
            case .bulkExport: "export"
            case .rosterSearch: "search"
            case .auto: "auto"
            }
        return "| \(name) | \(way) | \(verdict) |"
    }
}
