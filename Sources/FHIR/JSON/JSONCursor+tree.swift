extension JSONCursor {
    /// Reads any value as a tree.
    mutating func readTree(_ levels: Int) throws(JSONError) -> JSONValue {
        switch reader.current {
        case UInt8(ascii: "\""):
            return .string(reader.text(try readString()))
        case UInt8(ascii: "{"):
            var members: [JSONObject.Member] = []
            // Enough for most elements of FHIR; growing to it would cost two more allocations.
            members.reserveCapacity(4)
            try readObject(levels) { (cursor, name) throws(JSONError) in
                let value = try cursor.readTree(levels - 1)
                members.append(JSONObject.Member(key: cursor.reader.text(name), value: value))
            }
            return .object(JSONObject(distinct: members))
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try readArray(levels) { (cursor) throws(JSONError) in
                elements.append(try cursor.readTree(levels - 1))
            }
            return .array(elements)
        default:
            switch try readScalar() {
            case .null: return .null
            case .bool(let value): return .bool(value)
            case .number(let range):
                let digits = reader.slice(range.lowerBound, range.upperBound)
                return .number(JSONNumber(checked: String(decoding: digits, as: UTF8.self)))
            }
        }
    }

    /// Reads any value, keeping nothing.
    mutating func skipValue(_ levels: Int) throws(JSONError) {
        switch reader.current {
        case UInt8(ascii: "\""):
            _ = try readString()
        case UInt8(ascii: "{"):
            try readObject(levels) { (cursor, _) throws(JSONError) in try cursor.skipValue(levels - 1) }
        case UInt8(ascii: "["):
            try readArray(levels) { (cursor) throws(JSONError) in try cursor.skipValue(levels - 1) }
        default:
            _ = try readScalar()
        }
    }

    /// Reads any value; returns where it is when it is a string.
    mutating func readStringOrSkip(_ levels: Int) throws(JSONError) -> JSONReader.StringToken? {
        guard reader.current == UInt8(ascii: "\"") else {
            try skipValue(levels)
            return nil
        }
        return try readString()
    }
}
