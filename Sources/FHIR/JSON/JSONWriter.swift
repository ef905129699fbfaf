/// Writes values as JSON: members in their order, numbers as they were, only the escapes that RFC 8259 §7 demands.
enum JSONWriter {
    /// Appends the shortest form.
    static func write(_ value: JSONValue, into out: inout JSONOutput) {
        switch value {
        case .string(let text): write(text, into: &out)
        case .object(let object):
            out.append(UInt8(ascii: "{"))
            let members = object.members
            for index in members.indices {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                write(members[index].key, into: &out)
                out.append(UInt8(ascii: ":"))
                write(members[index].value, into: &out)
            }
            out.append(UInt8(ascii: "}"))
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for index in elements.indices {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                write(elements[index], into: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .number(let number): withBytes(of: number.text) { out.append($0) }
        case .bool(let bool): out.append(bool ? "true" : "false")
        case .null: out.append("null")
        }
    }

    /// Appends the form for people: one member or element per line, two spaces per level.
    static func writePretty(_ value: JSONValue, indentation: Int, into out: inout JSONOutput) {
        switch value {
        case .object(let object) where !object.isEmpty:
            writeLines(object.members, between: ("{", "}"), indentation: indentation, into: &out) { member, out in
                write(member.key, into: &out)
                out.append(": ")
                writePretty(member.value, indentation: indentation + 2, into: &out)
            }
        case .array(let elements) where !elements.isEmpty:
            writeLines(elements, between: ("[", "]"), indentation: indentation, into: &out) { element, out in
                writePretty(element, indentation: indentation + 2, into: &out)
            }
        default: write(value, into: &out)
        }
    }

    private static func writeLines<Part>(
        _ parts: [Part], between brackets: (StaticString, StaticString), indentation: Int, into out: inout JSONOutput,
        _ write: (Part, inout JSONOutput) -> Void
    ) {
        out.append(brackets.0)
        for (index, part) in parts.enumerated() {
            out.append(index == 0 ? "\n" : ",\n")
            for _ in 0..<indentation + 2 { out.append(UInt8(ascii: " ")) }
            write(part, &out)
        }
        out.append(UInt8(ascii: "\n"))
        for _ in 0..<indentation { out.append(UInt8(ascii: " ")) }
        out.append(brackets.1)
    }

    /// Appends a string with its quotes.
    @inline(__always)
    static func write(_ text: String, into out: inout JSONOutput) {
        out.append(UInt8(ascii: "\""))
        withBytes(of: text) { bytes in
            let reader = JSONReader(bytes)
            let end = reader.plainEnd(from: 0)
            if end == bytes.count { out.append(bytes) } else { writeEscaped(reader, from: end, into: &out) }
        }
        out.append(UInt8(ascii: "\""))
    }

    /// Appends the bytes of a string whose first byte that needs an escape is at `stop`.
    @inline(never)
    private static func writeEscaped(_ reader: JSONReader, from stop: Int, into out: inout JSONOutput) {
        var start = 0
        var end = stop
        while true {
            out.append(reader.slice(start, end))
            guard end < reader.count else { return }
            writeEscape(reader.byte(at: end), into: &out)
            start = end + 1
            end = reader.plainEnd(from: start)
        }
    }

    private static func writeEscape(_ byte: UInt8, into out: inout JSONOutput) {
        switch byte {
        case UInt8(ascii: "\""): out.append("\\\"")
        case UInt8(ascii: "\\"): out.append("\\\\")
        case 0x08: out.append("\\b")
        case 0x0C: out.append("\\f")
        case UInt8(ascii: "\n"): out.append("\\n")
        case UInt8(ascii: "\r"): out.append("\\r")
        case UInt8(ascii: "\t"): out.append("\\t")
        default:
            out.append(byte < 0x10 ? "\\u000" : "\\u00")
            withBytes(of: String(byte, radix: 16)) { out.append($0) }
        }
    }

    /// Lends the UTF-8 of a text.
    @inline(__always)
    private static func withBytes(of text: String, _ body: (UnsafeRawBufferPointer) -> Void) {
        let isLent: Void? = text.utf8.withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer($0)) }
        guard isLent == nil else { return }
        var text = text
        text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
