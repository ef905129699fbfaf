import FHIR
import PDex
import PDexTesting
import Testing

@testable import SQLiteStore

/// With another identity secret, everything would be sent again under other ids.
@Suite("A store and its identity secret")
struct StoreSecretTests {
    private let place: TemporaryPlace

    init() throws {
        place = try TemporaryPlace()
    }

    @Test("a store is opened under the secret that it was made under, and under no other, even when it is empty")
    func mark() throws {
        _ = try open(1)
        _ = try open(1)

        let fault = #expect(throws: Fault.self) { try open(2) }

        #expect(fault?.code == .keyUnusable)
        _ = try open(1)
    }

    @Test("who only looks needs no secret, and leaves it to others to say under which one the store is")
    func looks() throws {
        _ = try open(nil)
        _ = try open(1)
        _ = try open(nil)
        #expect(throws: Fault.self) { try open(2) }
    }

    @Test("a store of an earlier version is known by what is staged in it", arguments: [1, 2] as [UInt8])
    func earlier(number: UInt8) async throws {
        let before = Schema(texts: Array(Schema.current.texts.prefix(19)))
        let old = try SQLiteExchangeStore.open(
            path: place.path, digests: .standIn, options: StoreOptions(), schema: before)
        _ = try await old.write { writer in
            var batch = StagingBatch(source: "clinic0")
            batch.bytes = Array("{}".utf8)
            batch.rows = [
                StagingBatch.Row(
                    key: Identities.standIn(1).key(source: "clinic0", type: "Patient", id: "joe"), type: "Patient",
                    id: "joe", versionID: nil, lastUpdated: nil, patient: nil, contentHash: 1, range: 0..<2)
            ]
            return try writer.stage(batch)
        }

        let opened = try? open(number)

        #expect((opened != nil) == (number == 1))
        _ = try open(1)
        #expect(throws: Fault.self) { try open(2) }
    }

    private func open(_ number: UInt8?) throws -> SQLiteExchangeStore {
        try SQLiteExchangeStore.open(
            path: place.path, digests: .standIn, identities: number.map(Identities.standIn))
    }
}
