/// Where the `reference` and the `type` of a `Reference` element are, found while the cursor walks over it.
struct ReferenceHolder {
    private(set) var reference: JSONReader.StringToken?
    private var type: JSONReader.StringToken?

    mutating func read(
        _ cursor: inout JSONCursor, _ levels: Int, _ name: JSONReader.StringToken
    ) throws(JSONError) {
        if cursor.reader.withBytes(of: name, { $0.spells("reference") }) {
            reference = try cursor.readStringOrSkip(levels)
        } else if cursor.reader.withBytes(of: name, { $0.spells("type") }) {
            type = try cursor.readStringOrSkip(levels)
        } else {
            try cursor.skipValue(levels)
        }
    }

    /// Whether it refers to a resource of that type, by its address or else by its `type`.
    func names(_ wanted: StaticString, in reader: JSONReader) -> Bool {
        guard let reference else { return false }
        // The common form is recognised from its bytes; only others are parsed.
        let isLocal = reader.withBytes(of: reference) { bytes in
            let prefix = wanted.utf8CodeUnitCount
            return bytes.count > prefix && bytes[prefix] == UInt8(ascii: "/") && bytes.starts(with: wanted)
                && FHIRSyntax.isID(UnsafeRawBufferPointer(rebasing: bytes[(prefix + 1)...]))
        }
        if isLocal { return true }
        let type = Reference(parsing: reader.text(reference)).type ?? type.map { reader.text($0) }
        return type == wanted.description
    }
}
