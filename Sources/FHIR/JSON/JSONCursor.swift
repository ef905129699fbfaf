/// Walks a document once and checks all of it: the parser builds a tree on the way, the scan looks at a few members.
///
/// Both go through the same three functions, so that they accept and refuse the same bytes. It recurses once per level,
/// and the levels are limited.
struct JSONCursor {
    private(set) var reader: JSONReader
    private var ledger = KeyLedger()

    init(_ bytes: UnsafeRawBufferPointer) {
        reader = JSONReader(bytes)
    }

    /// Reads one document; `value` must read exactly the value, which may have `levels` levels.
    @inline(__always)
    mutating func readDocument<Value>(
        _ limits: JSONLimits, _ value: (inout JSONCursor, _ levels: Int) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        try reader.start(limits)
        let result = try value(&self, min(limits.depth, JSONLimits.deepest))
        try reader.finish()
        return result
    }

    /// Reads an object; `member` must read exactly the value of each name.
    @inline(__always)
    mutating func readObject(
        _ levels: Int, _ member: (inout JSONCursor, JSONReader.StringToken) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard levels > 0 else { throw JSONError(.tooDeep, at: reader.position) }
        reader.advance()
        reader.skipWhiteSpace()
        guard reader.current != UInt8(ascii: "}") else { return reader.advance() }
        var names = ledger.open()
        while true {
            let name = try reader.readString()
            try ledger.enter(name, of: &names, in: reader)
            reader.skipWhiteSpace()
            try reader.expect(UInt8(ascii: ":"))
            reader.skipWhiteSpace()
            try member(&self, name)
            reader.skipWhiteSpace()
            guard reader.current == UInt8(ascii: ",") else { break }
            reader.advance()
            reader.skipWhiteSpace()
        }
        try reader.expect(UInt8(ascii: "}"))
        try ledger.close(names, in: reader)
    }

    /// Reads an array; `element` must read exactly one value.
    @inline(__always)
    mutating func readArray(
        _ levels: Int, _ element: (inout JSONCursor) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard levels > 0 else { throw JSONError(.tooDeep, at: reader.position) }
        reader.advance()
        reader.skipWhiteSpace()
        guard reader.current != UInt8(ascii: "]") else { return reader.advance() }
        while true {
            try element(&self)
            reader.skipWhiteSpace()
            guard reader.current == UInt8(ascii: ",") else { break }
            reader.advance()
            reader.skipWhiteSpace()
        }
        try reader.expect(UInt8(ascii: "]"))
    }

    @inline(__always)
    mutating func readString() throws(JSONError) -> JSONReader.StringToken {
        try reader.readString()
    }

    /// What a value that is neither string, object nor array can be.
    enum Scalar {
        case null
        case bool(Bool)
        case number(Range<Int>)
    }

    @inline(__always)
    mutating func readScalar() throws(JSONError) -> Scalar {
        switch reader.current {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return .number(try reader.readNumber())
        case UInt8(ascii: "t"):
            try reader.readLiteral("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try reader.readLiteral("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try reader.readLiteral("null")
            return .null
        default:
            throw reader.unexpected()
        }
    }
}
