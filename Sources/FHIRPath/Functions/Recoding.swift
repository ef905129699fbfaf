import FHIR
import FoundationEssentials

/// The formats of `encode()` and `escape()`, in both directions.
enum Recoding {
    static func encoded(_ text: String, _ format: String) -> String {
        if format == "hex" {
            let digits = Array("0123456789abcdef")
            return String(text.utf8.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
        }
        let base = Data(text.utf8).base64EncodedString()
        return format == "base64" ? base : String(base.map { $0 == "+" ? "-" : ($0 == "/" ? "_" : $0) })
    }

    static func decoded(_ text: String, _ format: String) -> String? {
        if format == "hex" {
            let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
            guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
            let bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
            return String(validating: bytes, as: UTF8.self)
        }
        let base = format == "base64" ? text : String(text.map { $0 == "-" ? "+" : ($0 == "_" ? "/" : $0) })
        return Data(base64Encoded: base).flatMap { String(validating: $0, as: UTF8.self) }
    }

    static func escaped(_ text: String, _ format: String) -> String {
        if format == "json" {
            let quoted = String(decoding: JSONValue.string(text).serialized(), as: UTF8.self)
            return String(quoted.dropFirst().dropLast())
        }
        return text.reduce(into: "") { output, character in
            output += entities.first { $0.1 == character }.map { "&" + $0.0 + ";" } ?? String(character)
        }
    }

    static func unescaped(_ text: String, _ format: String) -> String? {
        if format == "json" {
            // A quotation mark may be unescaped, because the expression's own escapes were already decoded.
            var isEscaped = false
            let text = text.reduce(into: "") { output, character in
                if character == "\"", !isEscaped { output += "\\" }
                output.append(character)
                isEscaped = character == "\\" && !isEscaped
            }
            return try? JSONParser.parse("\"" + text + "\"").string
        }
        var output = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "&") {
            output += rest[..<start]
            rest = rest[start...].dropFirst()
            guard let end = rest.prefix(10).firstIndex(of: ";"), let character = character(of: rest[..<end]) else {
                output += "&"
                continue
            }
            output.append(character)
            rest = rest[end...].dropFirst()
        }
        return output + rest
    }

    private static let entities: [(String, Character)] = [
        ("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("#39", "'"),
    ]

    private static func character(of name: Substring) -> Character? {
        if let known = entities.first(where: { $0.0 == name }) { return known.1 }
        guard name.first == "#" else { return name == "apos" ? "'" : nil }
        let digits = name.dropFirst()
        let code = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return code.flatMap(Unicode.Scalar.init).map { Character($0) }
    }
}
