import PDex
import PDexTesting
import Testing

@testable import SQLiteStore

/// What the schema says in addition to the code.
struct SchemaTests {
    private static let sql = Schema.current.texts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")

    @Test(
        "the database allows the states that the code knows, no more and no fewer",
        arguments: [
            ("exchange", "state", ExchangeState.allCases.map(\.rawValue)),
            ("submission", "state", SubmissionState.allCases.map(\.rawValue)),
            ("run", "state", Run.State.allCases.map(\.rawValue)),
            ("run", "trigger", Run.Trigger.allCases.map(\.rawValue)),
        ])
    func states(table: String, column: String, words: [String]) throws {
        let definition = try #require(Self.sql.firstMatch(of: try Regex("CREATE TABLE \(table) \\([^;]*;")))
        let check = try #require(definition.0.firstMatch(of: try Regex("\(column) IN \\(([^)]*)\\)")))
        let listed = try #require(check.output[1].substring).split(separator: ",").map {
            $0.trimming { $0.isWhitespace || $0 == "'" }
        }
        #expect(Set(listed) == Set(words))
        #expect(listed.count == words.count)
    }

    @Test("every table is strict")
    func strict() throws {
        let definitions = Self.sql.matches(of: /CREATE TABLE (?<name>\w+) \([^;]*;/)
        #expect(definitions.count == 34)
        #expect(definitions.filter { !$0.0.contains(") STRICT") }.map(\.name) == [])
    }

    @Test("every index has a comment that says what it is for")
    func comments() {
        let lines = Self.sql.split(separator: "\n", omittingEmptySubsequences: false)
        let lonely = lines.indices.filter { lines[$0].hasPrefix("CREATE INDEX") && !lines[$0 - 1].hasPrefix("--") }
        #expect(lonely.map { lines[$0] } == [])
    }

    @Test("no promise of the contract makes the store read a whole table")
    func plans() async throws {
        let statements = StatementLog()
        for promise in StoreContract.promises {
            let store = try SQLiteExchangeStore.inMemory(digests: .standIn)
            statements.follow(store)
            try await promise.verify(store)
        }
        let scans = try statements.plans().filter {
            $0.step.contains(/^SCAN (staged|s|submission|receipt|exchange|roster)\b/)
                && $0.step != "SCAN submission USING INDEX submission_owner"  // holds the leases alone
                && $0.step != "SCAN submission USING INDEX submission_lane"  // holds what is open alone
        }
        #expect(scans.filter { !StatementLog.mayScan($0.sql) }.map(\.sql) == [])
        #expect(statements.count > 50)
    }

    @Test(
        "what the join asks of a patient's resources is read from the index that they are found by, and from it alone")
    func care() async throws {
        let statements = StatementLog()
        let store = try SQLiteExchangeStore.inMemory(digests: .standIn)
        statements.follow(store)

        _ = try await store.read {
            try ($0.care(of: ResourceKey(bits: 1)), $0.compartmentHashes(of: ResourceKey(bits: 1)))
        }

        let steps = try statements.plans().filter { $0.sql.hasPrefix("SELECT k") && $0.sql.contains("patient = ?1") }
        #expect(steps.count == 2)
        #expect(steps.allSatisfy { $0.step.hasPrefix("SEARCH staged USING COVERING INDEX staged_patient (patient=?") })
    }

    @Test("what a roster leaves out is counted without reading the content of what it does not")
    func outsideRoster() async throws {
        let steps = try await plans { _ = try $0.outsideRoster(of: "run-1", source: "clinic0") }

        #expect(
            steps.filter { $0.contains(/^(SEARCH|SCAN) (w|staged)\b/) } == [
                "SEARCH staged USING COVERING INDEX staged_patient (patient>?)",
                "SEARCH staged USING COVERING INDEX staged_type (source=? AND type=?)",
                "SEARCH w USING INDEX staged_unlinked (source=?)", "SEARCH w USING INDEX staged_unlinked (source=?)",
            ])
    }

    @Test("the balance over all exchanges is read from an index, and from it alone")
    func balance() async throws {
        let steps = try await plans { _ = try $0.balance() }

        #expect(steps.filter { $0.contains("exchange") } == ["SCAN exchange USING COVERING INDEX exchange_run"])
    }

    /// The sorted steps of everything that `body` makes a store do.
    private func plans(_ body: @Sendable (any StoreWriter) throws -> Void) async throws -> [String] {
        let statements = StatementLog()
        let store = try SQLiteExchangeStore.inMemory(digests: .standIn)
        statements.follow(store)
        try await store.write(body)
        return try statements.plans().map(\.step).sorted()
    }
}

extension StringProtocol {
    fileprivate func trimming(while isTrimmed: (Character) -> Bool) -> String {
        String(drop(while: isTrimmed).reversed().drop(while: isTrimmed).reversed())
    }
}
