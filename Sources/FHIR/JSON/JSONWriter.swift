/// Writes values as JSON: members in their order, numbers as they were, only the escapes that RFC 8259 §7 demands.
enum JSONWriter {
    /// Appends the shortest form.
    static func write(_ value: JSONValue, into out: inout [UInt8]) {
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
        case .number(let number): out.append(contentsOf: number.text.utf8)
        case .bool(let bool): out.append(contentsOf: (bool ? "true" : "false").utf8)
        case .null: out.append(contentsOf: "null".utf8)
        }
    }

    /// Appends the form for people: a member or an element a line, two spaces a level.
    static func writePretty(_ value: JSONValue, indentation: Int, into out: inout [UInt8]) {
        switch value {
        case .object(let object) where !object.isEmpty:
            writeLines(object.members, between: ("{", "}"), indentation: indentation, into: &out) { member, out in
                write(member.key, into: &out)
                out.append(contentsOf: ": ".utf8)
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
        _ parts: [Part], between brackets: (String, String), indentation: Int, into out: inout [UInt8],
        _ write: (Part, inout [UInt8]) -> Void
    ) {
        out.append(contentsOf: brackets.0.utf8)
        for (index, part) in parts.enumerated() {
            out.append(contentsOf: (index == 0 ? "\n" : ",\n").utf8)
            out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation + 2))
            write(part, &out)
        }
        out.append(UInt8(ascii: "\n"))
        out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation))
        out.append(contentsOf: brackets.1.utf8)
    }

    /// Appends a string with its quotes.
    static func write(_ text: String, into out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            let reader = JSONReader(UnsafeRawBufferPointer(bytes))
            var start = 0
            while true {
                let end = reader.plainEnd(from: start)
                out.append(contentsOf: reader.slice(start, end))
                guard end < reader.count else { break }
                writeEscape(reader.byte(at: end), into: &out)
                start = end + 1
            }
        }
        out.append(UInt8(ascii: "\""))
    }

    private static func writeEscape(_ byte: UInt8, into out: inout [UInt8]) {
        let short: String? =
            switch byte {
            case UInt8(ascii: "\""): "\\\""
            case UInt8(ascii: "\\"): "\\\\"
            case 0x08: "\\b"
            case 0x0C: "\\f"
            case UInt8(ascii: "\n"): "\\n"
            case UInt8(ascii: "\r"): "\\r"
            case UInt8(ascii: "\t"): "\\t"
            default: nil
            }
        let hex = String(byte, radix: 16)
        out.append(contentsOf: (short ?? (byte < 0x10 ? "\\u000" : "\\u00") + hex).utf8)
    }
}
