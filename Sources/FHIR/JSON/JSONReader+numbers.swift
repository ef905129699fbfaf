extension JSONReader {
    /// Steps over a number (RFC 8259 §6) and returns its range.
    @inline(__always)
    mutating func readNumber() throws(JSONError) -> Range<Int> {
        let start = position
        if current == UInt8(ascii: "-") { advance() }
        if current == UInt8(ascii: "0") {
            advance()
        } else {
            try skipDigits(of: start)
        }
        if current == UInt8(ascii: ".") {
            advance()
            try skipDigits(of: start)
        }
        if current | 0x20 == UInt8(ascii: "e") {
            advance()
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { advance() }
            try skipDigits(of: start)
        }
        // A digit can follow here only after a leading zero; a dot or a sign means a malformed number.
        switch current {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"):
            throw JSONError(.invalidNumber, at: start)
        default:
            return start..<position
        }
    }

    @inline(__always)
    private mutating func skipDigits(of number: Int) throws(JSONError) {
        let start = position
        while current &- UInt8(ascii: "0") < 10 { advance() }
        guard position > start else { throw JSONError(isAtEnd ? .unexpectedEnd : .invalidNumber, at: number) }
    }
}
