extension JSONCursor {
    /// Reads any value; returns its text when it is a string.
    mutating func readText(_ levels: Int) throws(JSONError) -> String? {
        try readStringOrSkip(levels).map { reader.text($0) }
    }

    /// Reads any value; returns the time when it is a string that gives one.
    mutating func readTime(_ levels: Int) throws(JSONError) -> TimeReading? {
        try readStringOrSkip(levels).flatMap { reader.time($0) }
    }

    /// Reads an object as a `Period`; returns where the texts of its bounds are.
    mutating func readBounds(
        _ levels: Int
    ) throws(JSONError) -> (start: JSONReader.StringToken?, end: JSONReader.StringToken?) {
        var bounds: (start: JSONReader.StringToken?, end: JSONReader.StringToken?)
        try readObject(levels) { (cursor, name) throws(JSONError) in
            if cursor.reader.withBytes(of: name, { $0.spells("start") }) {
                bounds.start = try cursor.readStringOrSkip(levels - 1)
            } else if cursor.reader.withBytes(of: name, { $0.spells("end") }) {
                bounds.end = try cursor.readStringOrSkip(levels - 1)
            } else {
                try cursor.skipValue(levels - 1)
            }
        }
        return bounds
    }

    /// Reads a reference or a list of them; returns where the text of the first wanted one is.
    mutating func readHolders(
        _ levels: Int, where isWanted: (ReferenceHolder, JSONReader) -> Bool
    ) throws(JSONError) -> JSONReader.StringToken? {
        var found: JSONReader.StringToken?
        switch reader.current {
        case UInt8(ascii: "["):
            try readArray(levels) { (cursor) throws(JSONError) in
                // Only one level of lists: a list in a list is not FHIR.
                guard cursor.reader.current == UInt8(ascii: "{") else { return try cursor.skipValue(levels - 1) }
                let reference = try cursor.readHolder(levels - 1, where: isWanted)
                found = found ?? reference
            }
        case UInt8(ascii: "{"):
            found = try readHolder(levels, where: isWanted)
        default:
            try skipValue(levels)
        }
        return found
    }

    private mutating func readHolder(
        _ levels: Int, where isWanted: (ReferenceHolder, JSONReader) -> Bool
    ) throws(JSONError) -> JSONReader.StringToken? {
        var holder = ReferenceHolder()
        try readObject(levels) { (cursor, name) throws(JSONError) in try holder.read(&cursor, levels - 1, name) }
        return isWanted(holder, reader) ? holder.reference : nil
    }
}

extension JSONReader {
    /// The time that a string gives, if it gives one.
    func time(_ token: StringToken) -> TimeReading? {
        withBytes(of: token) { TimeReading($0) }
    }

    /// The day that a date or an instant begins with, as written; the whole text when it is not ASCII.
    func day(_ token: StringToken) -> String {
        withBytes(of: token) { bytes in
            let isPlain = bytes.prefix(10).allSatisfy { $0 < 0x80 }
            return String(decoding: isPlain ? bytes.prefix(10) : bytes[...], as: UTF8.self)
        }
    }
}
