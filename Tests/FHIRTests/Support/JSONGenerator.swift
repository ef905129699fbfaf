import FHIR
import SampleData

/// Makes JSON of every shape: deep, wide, empty, with texts and numbers that tend to go wrong.
struct JSONGenerator {
    var random: SeededNumbers

    init(seed: UInt64) {
        random = SeededNumbers(seed: seed)
    }

    /// Any value with at most that many levels.
    mutating func value(levels: Int) -> JSONValue {
        switch Int.random(in: levels > 0 ? 0..<9 : 0..<5, using: &random) {
        case 0: .null
        case 1: .bool(.random(using: &random))
        case 2: .number(number())
        case 3, 4: .string(text())
        case 5, 6: .array((0..<size()).map { _ in value(levels: levels - 1) })
        default: .object(object(levels: levels - 1))
        }
    }

    /// An object whose names all differ.
    mutating func object(levels: Int) -> JSONObject {
        JSONObject(members: (0..<size()).map { _ in .init(key: text(), value: value(levels: levels)) })
    }

    /// Any value in which many objects refer to something, at every depth.
    mutating func referring(levels: Int) -> JSONValue {
        switch Int.random(in: levels > 0 ? 0..<6 : 0..<2, using: &random) {
        case 0: .string(text())
        case 1: .number(number())
        case 2: .array((0..<size()).map { _ in referring(levels: levels - 1) })
        default:
            .object(
                JSONObject(
                    members: (0..<size()).map { _ in
                        let key = ["reference", "referenceS", "subject", text()].randomElement(using: &random) ?? ""
                        return .init(key: key, value: referring(levels: levels - 1))
                    }))
        }
    }

    /// A number as people and machines write them.
    mutating func number() -> JSONNumber {
        let digits = String(UInt64.random(in: 0...(.max >> UInt64.random(in: 0..<64, using: &random)), using: &random))
        let sign = ["", "-"].randomElement(using: &random) ?? ""
        let rest = ["", ".0", ".10", ".000", "e5", "E+05", ".5e-7"].randomElement(using: &random) ?? ""
        return JSONNumber(sign + digits + rest) ?? JSONNumber(0)
    }

    /// Up to twenty characters, of those that need escapes, several bytes, or nothing special.
    mutating func text() -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20, using: &random) { scalars.append(scalar()) }
        return String(scalars)
    }

    private mutating func scalar() -> Unicode.Scalar {
        let ranges: [ClosedRange<UInt32>] = [
            0x20...0x7E, 0x20...0x7E, 0x61...0x7A, 0x00...0x1F, 0x22...0x22, 0x5C...0x5C, 0x7F...0x7FF,
            0x800...0xD7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF,
        ]
        let range = ranges.randomElement(using: &random) ?? 0x20...0x7E
        return Unicode.Scalar(UInt32.random(in: range, using: &random)) ?? " "
    }

    private mutating func size() -> Int {
        // Mostly small; now and then a wide one, too large for the parser to check name by name.
        let most = [1, 2, 2, 3, 3, 5, 5, 40].randomElement(using: &random) ?? 0
        return Int.random(in: 0...most, using: &random)
    }

    /// The same value in another spelling: white space anywhere, characters escaped that need not be.
    mutating func respelled(_ value: JSONValue) -> String {
        let inner: String =
            switch value {
            case .string(let text): respelled(text)
            case .array(let elements): "[" + elements.map { respelled($0) }.joined(separator: ",") + blank() + "]"
            case .object(let object):
                "{"
                    + object.members.map { blank() + respelled($0.key) + blank() + ":" + respelled($0.value) }
                    .joined(separator: ",") + blank() + "}"
            default: value.serialized(pretty: false)
            }
        return blank() + inner + blank()
    }

    private mutating func respelled(_ text: String) -> String {
        var spelled = "\""
        for scalar in text.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if mustEscape || Int.random(in: 0..<4, using: &random) == 0 {
                for unit in UTF16.encode(scalar).map({ Array($0) }) ?? [] {
                    let hex = String(unit, radix: 16, uppercase: .random(using: &random))
                    spelled += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                }
            } else {
                spelled.unicodeScalars.append(scalar)
            }
        }
        return spelled + "\""
    }

    private mutating func blank() -> String {
        ["", "", "", " ", "\n", "\r\n\t "].randomElement(using: &random) ?? ""
    }
}
