/// Parses JSON (RFC 8259) into exact values, and refuses anything that two readers could understand differently.
///
/// Refused beyond the grammar: a name that an object already has, at every depth; bytes that are not UTF-8; half
/// surrogate pairs; a byte order mark; nesting and sizes beyond the limits.
public enum JSONParser {
    /// Parses one document.
    public static func parse(_ bytes: [UInt8], limits: JSONLimits = .fhir) throws(JSONError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            try parse(UnsafeRawBufferPointer(buffer), limits: limits)
        }
    }

    /// Parses one document without copying its bytes; nothing refers to them afterwards.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .fhir
    ) throws(JSONError) -> JSONValue {
        var cursor = JSONCursor(bytes)
        return try cursor.readDocument(limits) { (cursor, levels) throws(JSONError) in try cursor.readTree(levels) }
    }

    /// Parses one document.
    public static func parse(_ text: String, limits: JSONLimits = .fhir) throws(JSONError) -> JSONValue {
        try parse([UInt8](text.utf8), limits: limits)
    }
}
