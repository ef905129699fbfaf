import FHIR
import SampleData
import Testing

@Suite("Any JSON")
struct JSONPropertyTests {
    @Test("comes back byte by byte when it was written in the shortest form", arguments: 0..<150 as Range<UInt64>)
    func roundTrips(seed: UInt64) throws {
        var generator = JSONGenerator(seed: seed)
        let value = generator.value(levels: 5)
        let bytes = value.serialized()

        let parsed = try JSONParser.parse(bytes)

        #expect(parsed == value)
        #expect(parsed.hashValue == value.hashValue)
        #expect(parsed.serialized() == bytes)
    }

    @Test("means the same in every spelling", arguments: 1_000..<1_150 as Range<UInt64>)
    func meansTheSame(seed: UInt64) throws {
        var generator = JSONGenerator(seed: seed)
        let value = generator.value(levels: 4)
        let text = generator.respelled(value)
        #expect(try JSONParser.parse(text) == value)
        #expect(try JSONParser.parse(value.serialized(pretty: true)) == value)
    }

    @Test("of members with one name has the first, however many there are", arguments: 4_000..<4_100 as Range<UInt64>)
    func firstStays(seed: UInt64) {
        var generator = JSONGenerator(seed: seed)
        // Two spellings of one character are two names.
        let names = ["a", "K", "\u{212A}", "e\u{301}", "\u{E9}", "resourceType", "resourceTypf", generator.text()]
        let count = Int.random(in: 0..<40, using: &generator.random)
        let members = (0..<count).map { number in
            JSONObject.Member(
                key: names.randomElement(using: &generator.random) ?? "", value: .number(JSONNumber(number)))
        }

        let object = JSONObject(members: members)

        var expected: [JSONObject.Member] = []
        for member in members where !expected.contains(where: { Array($0.key.utf8) == Array(member.key.utf8) }) {
            expected.append(member)
        }
        #expect(object.members == expected)
    }

    @Test("is equal exactly when the bytes are", arguments: 0..<40)
    func equality(length: Int) {
        let bytes = (0..<length).map { UInt8(97 + $0 % 26) }
        let text = JSONValue.string(String(decoding: bytes, as: UTF8.self))
        let changed = bytes.indices.map { place -> JSONValue in
            var other = bytes
            other[place] ^= 1
            return .string(String(decoding: other, as: UTF8.self))
        }

        #expect(text == .string(String(decoding: bytes, as: UTF8.self)))
        #expect(!changed.contains(text))
    }

    @Test("never harms when bytes are damaged, and scan and parser agree", arguments: 2_000..<2_080 as Range<UInt64>)
    func survivesDamage(seed: UInt64) {
        var generator = JSONGenerator(seed: seed)
        let whole = JSONValue.object(generator.object(levels: 3)).serialized()
        let damaged = (0..<50).map { _ in Damage.one(of: whole, using: &generator.random) }
        #expect(damaged.filter { Verdict.parsing($0) != Verdict.scanning($0) } == [])
    }

    @Test("is refused at every place where it can be torn", arguments: 3_000..<3_020 as Range<UInt64>)
    func refusesTornDocuments(seed: UInt64) {
        var generator = JSONGenerator(seed: seed)
        let whole = JSONValue.object(generator.object(levels: 2)).serialized()
        #expect(whole.indices.filter { Verdict.parsing([UInt8](whole[..<$0])) == nil } == [])
    }
}

/// What parser and scan say about the JSON, apart from whether it is a resource.
private enum Verdict {
    static func parsing(_ bytes: [UInt8]) -> JSONError? {
        do throws(JSONError) { _ = try JSONParser.parse(bytes) } catch { return error }
        return nil
    }

    static func scanning(_ bytes: [UInt8]) -> JSONError? {
        do throws(ScanError) { _ = try ResourceScan.scan(bytes) } catch {
            guard case .json(let inner) = error else { return nil }
            return inner
        }
        return nil
    }
}

/// Ways in which bytes go wrong.
private enum Damage {
    private static let nasty: [UInt8] = [
        0x00, 0x1F, 0x20, 0x22, 0x2C, 0x2D, 0x2E, 0x30, 0x39, 0x3A, 0x5B, 0x5C, 0x5D, 0x65, 0x74, 0x75, 0x7B, 0x7D,
        0x7F,
        0x80, 0xBF, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xFF,
    ]

    static func one(of bytes: [UInt8], using random: inout SeededNumbers) -> [UInt8] {
        var damaged = bytes
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: damaged[place] = nasty.randomElement(using: &random) ?? 0
        case 1: damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: damaged.insert(nasty.randomElement(using: &random) ?? 0, at: place)
        case 3: damaged.remove(at: place)
        case 4: damaged.removeSubrange(place...)
        default: damaged.insert(contentsOf: bytes[place...].prefix(20), at: place)
        }
        return damaged
    }
}
