/// One step from a value to one inside it.
public enum JSONStep: Sendable, Hashable {
    /// To the member of that name.
    case member(String)
    /// To the element at that place.
    case element(Int)
}

extension JSONParser {
    /// The byte of a document at which the value is found to which `path` leads from the top (for a member of an
    /// object, its name); nil when there is no such value, or the bytes are not JSON.
    ///
    /// For callers that read a value and have to tell a person where in the file it is wrong.
    public static func offset(of path: [JSONStep], in bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBufferPointer { buffer in
            var cursor = JSONCursor(UnsafeRawBufferPointer(buffer))
            var found: Int?
            _ = try? cursor.readDocument(.fhir) { (cursor, levels) throws(JSONError) in
                found = try cursor.place(of: path[...], levels)
            }
            return found
        }
    }
}

extension JSONCursor {
    /// Reads a value, and returns where in it the end of the path is.
    fileprivate mutating func place(of path: ArraySlice<JSONStep>, _ levels: Int) throws(JSONError) -> Int? {
        guard let step = path.first else {
            let start = reader.position
            try skipValue(levels)
            return start
        }
        let rest = path.dropFirst()
        var found: Int?
        switch (step, reader.current) {
        case (.member(let wanted), UInt8(ascii: "{")):
            try readObject(levels) { (cursor, name) throws(JSONError) in
                guard cursor.reader.text(name) == wanted else { return try cursor.skipValue(levels - 1) }
                let inner = try cursor.place(of: rest, levels - 1)
                found = rest.isEmpty ? name.start - 1 : inner
            }
        case (.element(let wanted), UInt8(ascii: "[")):
            var index = 0
            try readArray(levels) { (cursor) throws(JSONError) in
                if index == wanted {
                    found = try cursor.place(of: rest, levels - 1)
                } else {
                    try cursor.skipValue(levels - 1)
                }
                index += 1
            }
        default: try skipValue(levels)
        }
        return found
    }
}
