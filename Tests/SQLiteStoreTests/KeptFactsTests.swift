import FHIR
import PDex
import SampleData
import Testing

@testable import SQLiteStore

@Suite("Facts that were damaged are read anew")
struct KeptFactsTests {
    private static let facts = PersonFacts(
        person: Person(
            key: "smith", born: "1970-01-01", gender: "male", isNamed: true, families: ["smith"],
            givens: [GivenNames(first: "joe", further: "j")], suffixes: [], addresses: ["02115"]),
        identifiers: [Identifier(system: "urn:s", value: "M1", typeCodes: [Coding(code: "MB")])],
        coverages: [
            .init(
                key: ResourceKey(bits: 5),
                coverage: Coverage(
                    status: "active", memberIdentifiers: [Identifier(value: "M1")], subscriberID: nil,
                    period: Period(start: FHIRDate("2024-01-01")), hasReadablePeriod: true,
                    payors: [Payor(identifiers: [], name: "Med0", reference: nil)]))
        ])

    @Test("bytes that end anywhere before their end, or go on behind it, are no facts")
    func cutOff() {
        let bytes = Self.facts.stored
        for count in 0..<bytes.count { #expect(Self.read(Array(bytes.prefix(count))) == nil) }
        #expect(Self.read(bytes + [0]) == nil)
        #expect(Self.read(bytes) == Self.facts)
    }

    @Test("the bytes are those of the form: whoever writes others raises its number, and pins the new checksum")
    func pinned() {
        let checksum = Self.facts.stored.withUnsafeBytes(FactsWriter.checksum)
        #expect(PersonFacts.form == 2)
        #expect(checksum == 2_770_678_001)
    }

    @Test("another form is no facts")
    func otherForm() {
        var bytes = Self.facts.stored
        bytes[0] += 1
        #expect(Self.read(bytes) == nil)
    }

    @Test("whatever the bytes are, reading them ends")
    func anyBytes() {
        var numbers = SeededNumbers(seed: 7)
        for _ in 0..<20_000 {
            var bytes = Self.facts.stored
            for _ in 0...Int.random(in: 0..<4, using: &numbers) {
                bytes[Int.random(in: 1..<bytes.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
            }
            _ = Self.read(bytes)
        }
        // More items than bytes, and a length that no number holds.
        for tail: [UInt8] in [[0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]] {
            #expect(Self.read([Self.facts.stored[0]] + tail) == nil)
        }
    }

    private static func read(_ bytes: [UInt8]) -> PersonFacts? {
        bytes.withUnsafeBytes { PersonFacts(stored: $0) }
    }
}
