extension Reference {
    /// The token of a query that is a single `identifier=system|value`, with percent and search escapes decoded.
    ///
    /// Nil when anything else is asked for as well, when several values are given, or when the value is empty: a guess
    /// could name the wrong person. The system is nil when none was given.
    public static func identifierToken(inQuery query: String) -> (system: String?, value: String)? {
        let name = "identifier="
        guard query.hasPrefix(name), !query.utf8.contains(UInt8(ascii: "&")) else { return nil }
        guard let token = percentDecoded(query.utf8.dropFirst(name.utf8.count)) else { return nil }
        guard let parts = tokenParts(token), let value = parts.last, !value.isEmpty else { return nil }
        switch parts.count {
        case 1: return (nil, value)
        case 2: return (parts[0].isEmpty ? nil : parts[0], value)
        default: return nil
        }
    }

    /// The id of a query that is a single `_id=`; nil when anything else is asked for, or several ids.
    public static func id(inQuery query: String) -> String? {
        let name = "_id="
        guard query.hasPrefix(name), let id = percentDecoded(query.utf8.dropFirst(name.utf8.count)),
            FHIRSyntax.isID(id.utf8)
        else { return nil }
        return id
    }

    /// Splits at bars; nil at a comma, which would mean several values. `\|` and `\,` are text (FHIR R4 §3.1.1.4.0.1).
    private static func tokenParts(_ token: String) -> [String]? {
        var parts = [""]
        var isEscaped = false
        for character in token.unicodeScalars {
            switch character {
            case _ where isEscaped:
                parts[parts.count - 1].unicodeScalars.append(character)
                isEscaped = false
            case "\\": isEscaped = true
            case "|": parts.append("")
            case ",": return nil
            default: parts[parts.count - 1].unicodeScalars.append(character)
            }
        }
        return isEscaped ? nil : parts
    }

    private static func percentDecoded(_ text: some Sequence<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(hexDigit), let low = iterator.next().flatMap(hexDigit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
