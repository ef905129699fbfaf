/// What a definition's top level says about it, read without the rest: its index entry.
struct DefinitionHead {
    private(set) var resourceType = ""
    private(set) var url = ""
    private(set) var version = ""
    /// The type that a StructureDefinition constrains: `Patient`, `Extension`.
    private(set) var type = ""

    /// Reads the head; nil when the bytes are not a JSON object.
    init?(_ bytes: [UInt8]) {
        let isRead = bytes.withUnsafeBytes { buffer in read(buffer) }
        guard isRead else { return nil }
    }

    private var isComplete: Bool {
        !resourceType.isEmpty && !url.isEmpty && !version.isEmpty
            && (resourceType != "StructureDefinition" || !type.isEmpty)
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var at = Self.skipSpace(bytes, 0)
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { at = Self.skipSpace(bytes, 3) }
        guard at < bytes.count, bytes[at] == UInt8(ascii: "{") else { return false }
        at += 1
        while !isComplete {
            at = Self.skipSpace(bytes, at)
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return true }
            let keyEnd = Self.endOfString(bytes, at)
            let key = UnsafeRawBufferPointer(rebasing: bytes[(at + 1)..<max(at + 1, keyEnd - 1)])
            at = Self.skipSpace(bytes, keyEnd)
            guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { return true }
            at = Self.skipSpace(bytes, at + 1)
            let end = Self.endOfValue(bytes, at)
            if at < end, bytes[at] == UInt8(ascii: "\"") {
                take(key, UnsafeRawBufferPointer(rebasing: bytes[(at + 1)..<max(at + 1, end - 1)]))
            }
            at = Self.skipSpace(bytes, end)
            guard at < bytes.count, bytes[at] == UInt8(ascii: ",") else { return true }
            at += 1
        }
        return true
    }

    private mutating func take(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        guard key.count <= 12, !value.contains(UInt8(ascii: "\\")) else { return }
        switch String(decoding: key, as: UTF8.self) {
        case "resourceType": resourceType = String(decoding: value, as: UTF8.self)
        case "url": url = String(decoding: value, as: UTF8.self)
        case "version": version = String(decoding: value, as: UTF8.self)
        case "type": type = String(decoding: value, as: UTF8.self)
        default: break
        }
    }

    private static func skipSpace(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
        var at = start
        while at < bytes.count, bytes[at] <= 0x20 { at += 1 }
        return at
    }

    /// The place after the closing quote.
    private static func endOfString(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
        var at = start + 1
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\\") {
                at += 2
            } else if bytes[at] == UInt8(ascii: "\"") {
                return at + 1
            } else {
                at += 1
            }
        }
        return bytes.count
    }

    private static func endOfValue(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
        var at = start
        var depth = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at = endOfString(bytes, at)
                if depth == 0 { return at }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return at }
                depth -= 1
                if depth == 0 { return at + 1 }
            case UInt8(ascii: ","):
                if depth == 0 { return at }
            default: break
            }
            at += 1
        }
        return bytes.count
    }
}
