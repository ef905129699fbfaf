import FHIR

/// The formats of R4's primitive types (FHIR R4 §2.24.0.1), checked in bytes.
enum PrimitiveFormat {
    enum Answer {
        case right, wrongJSON, wrongFormat
    }

    static func check(_ value: JSONValue, _ type: PrimitiveType) -> Answer {
        switch (type, value) {
        case (.boolean, .bool): .right
        case (.integer, .number(let number)): answer(whole(number, -2_147_483_648))
        case (.unsignedInt, .number(let number)): answer(whole(number, 0))
        case (.positiveInt, .number(let number)): answer(whole(number, 1))
        case (.decimal, .number): .right
        case (.boolean, _), (.integer, _), (.unsignedInt, _), (.positiveInt, _), (.decimal, _): .wrongJSON
        case (_, .string(let text)): answer(isRight(text, type))
        default: .wrongJSON
        }
    }

    private static func answer(_ isRight: Bool) -> Answer { isRight ? .right : .wrongFormat }

    private static func whole(_ number: JSONNumber, _ least: Int) -> Bool {
        number.int.map { $0 >= least && $0 <= 2_147_483_647 } ?? false
    }

    private static func isRight(_ text: String, _ type: PrimitiveType) -> Bool {
        let bytes = text.utf8
        guard !bytes.isEmpty else { return false }
        switch type {
        case .string, .markdown: return bytes.contains { $0 > 0x20 }
        case .code: return isCode(bytes)
        case .id: return bytes.count <= 64 && bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E }
        case .uri, .url, .canonical: return !bytes.contains { $0 <= 0x20 }
        case .oid: return text.hasPrefix("urn:oid:") && isOID(bytes.dropFirst(8))
        case .uuid: return text.hasPrefix("urn:uuid:") && isUUID(bytes.dropFirst(9))
        case .base64Binary: return isBase64(bytes)
        case .date: return MomentFormat(bytes).isDate
        case .dateTime: return MomentFormat(bytes).isDateTime
        case .instant: return MomentFormat(bytes).isInstant
        case .time: return MomentFormat(bytes).isTime
        case .xhtml: return text.hasPrefix("<div")
        case .boolean, .integer, .decimal, .positiveInt, .unsignedInt: return false
        }
    }

    /// No white space at the ends, and single spaces inside.
    private static func isCode(_ bytes: String.UTF8View) -> Bool {
        var wasSpace = true
        for byte in bytes {
            let isSpace = byte <= 0x20
            if isSpace, wasSpace { return false }
            wasSpace = isSpace
        }
        return !wasSpace
    }

    private static func isOID(_ bytes: Substring.UTF8View) -> Bool {
        let arcs = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard arcs.count > 1, let first = arcs.first, first.count == 1, (0x30...0x32).contains(first.first ?? 0) else {
            return false
        }
        return arcs.dropFirst().allSatisfy { arc in
            arc.allSatisfy(isDigit) && !arc.isEmpty && (arc.count == 1 || arc.first != 0x30)
        }
    }

    private static func isUUID(_ bytes: Substring.UTF8View) -> Bool {
        guard bytes.count == 36 else { return false }
        return bytes.enumerated().allSatisfy { place, byte in
            [8, 13, 18, 23].contains(place)
                ? byte == 0x2D : isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
        }
    }

    private static func isBase64(_ bytes: String.UTF8View) -> Bool {
        var count = 0
        var padding = 0
        for byte in bytes where byte > 0x20 {
            if byte == UInt8(ascii: "=") {
                padding += 1
            } else {
                guard padding == 0, isAlphanumeric(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
                else {
                    return false
                }
            }
            count += 1
        }
        return count % 4 == 0 && padding <= 2
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 0x61 < 26 }
}
