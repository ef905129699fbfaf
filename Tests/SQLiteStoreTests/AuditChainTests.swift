import FHIR
import PDex
import PDexTesting
import Testing

@testable import SQLiteStore

/// What the hash of an entry covers.
struct AuditChainTests {
    private let chain = AuditChain(digests: .standIn)

    @Test("entries that look alike when run together have different hashes")
    func unambiguous() {
        let texts: [[String?]] = [
            ["ab", "c", nil, nil, nil], ["a", "bc", nil, nil, nil], ["ab", "", "c", nil, nil],
            ["ab", "c", "", nil, nil], ["ab", "c", nil, "", nil], ["ab", "c", nil, nil, ""],
            ["ab", "c", "d", nil, nil], ["ab", "c", nil, "d", nil], ["ab", "c", nil, nil, "d"],
            ["a\u{1}b", "c", nil, nil, nil], ["a", "b\u{1}c", nil, nil, nil],
        ]
        let hashes = texts.map { chain.hash(of: entry($0), at: 1, after: AuditChain.start) }
        #expect(Set(hashes).count == texts.count)
    }

    @Test("the same entry has another hash at another time, in another place and after another entry")
    func placed() {
        let entry = entry(["a", "b", nil, nil, nil])
        let later = AuditEntry(at: entry.at.adding(milliseconds: 1), actor: "a", action: "b")
        let hashes = [
            chain.hash(of: entry, at: 1, after: AuditChain.start),
            chain.hash(of: entry, at: 2, after: AuditChain.start),
            chain.hash(of: later, at: 1, after: AuditChain.start),
            chain.hash(of: entry, at: 1, after: [UInt8](repeating: 1, count: 32)),
        ]
        #expect(Set(hashes).count == hashes.count)
    }

    private func entry(_ texts: [String?]) -> AuditEntry {
        AuditEntry(
            at: Instant(milliseconds: 5), actor: texts[0] ?? "", action: texts[1] ?? "", run: texts[2],
            exchange: texts[3], reason: texts[4])
    }
}
