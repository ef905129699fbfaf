extension JSONCursor {
    /// Reads any value; its text when it is a string.
    mutating func readText(_ levels: Int) throws(JSONError) -> String? {
        try readStringOrSkip(levels).map { reader.text($0) }
    }

    /// Reads any value; the time it says when it is a string that says one.
    mutating func readTime(_ levels: Int) throws(JSONError) -> TimeReading? {
        try readStringOrSkip(levels).flatMap { reader.withBytes(of: $0) { TimeReading($0) } }
    }

    /// Reads an object as a `Period`; bounds that cannot be read are nil.
    mutating func readPeriod(_ levels: Int) throws(JSONError) -> (start: Instant?, end: Instant?) {
        var bounds: (start: Instant?, end: Instant?)
        try readObject(levels) { (cursor, name) throws(JSONError) in
            if cursor.reader.withBytes(of: name, { $0.spells("start") }) {
                bounds.start = try cursor.readTime(levels - 1)?.earliest
            } else if cursor.reader.withBytes(of: name, { $0.spells("end") }) {
                bounds.end = try cursor.readTime(levels - 1)?.latest
            } else {
                try cursor.skipValue(levels - 1)
            }
        }
        return bounds
    }

    /// Reads a reference or a list of them; where the first that is wanted has its text.
    mutating func readHolders(
        _ levels: Int, where isWanted: (ReferenceHolder, JSONReader) -> Bool
    ) throws(JSONError) -> JSONReader.StringToken? {
        var found: JSONReader.StringToken?
        switch reader.current {
        case UInt8(ascii: "["):
            try readArray(levels) { (cursor) throws(JSONError) in
                // Only one level of lists: a list in a list is no FHIR.
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
