extension JSONReader {
    /// Where a string is in the bytes, without its quotes.
    struct StringToken {
        let start: Int
        let end: Int
        /// Whether it has escapes, so that its bytes are not its text.
        let isEscaped: Bool
    }

    /// Reads a string, including its opening quote, and checks every byte of it.
    @inline(__always)
    mutating func readString() throws(JSONError) -> StringToken {
        try expect(UInt8(ascii: "\""))
        let start = position
        var isEscaped = false
        while true {
            skipPlainASCII()
            switch current {
            case UInt8(ascii: "\""):
                defer { advance() }
                return StringToken(start: start, end: position, isEscaped: isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                _ = try readEscape()
            case 0x00..<0x20:
                throw JSONError(isAtEnd ? .unexpectedEnd : .controlCharacter, at: position)
            case 0x80...:
                try skipMultibyteCharacter()
            default:
                advance()
            }
        }
    }

    /// The text of a string that was read.
    @inline(__always)
    func text(_ token: StringToken) -> String {
        guard token.isEscaped else { return String(decoding: slice(token.start, token.end), as: UTF8.self) }
        return String(decoding: unescaped(token), as: UTF8.self)
    }

    /// The UTF-8 of a string that was read, its escapes undone.
    func unescaped(_ token: StringToken) -> [UInt8] {
        guard token.isEscaped else { return [UInt8](slice(token.start, token.end)) }
        var reader = JSONReader(slice(token.start, token.end))
        var text: [UInt8] = []
        text.reserveCapacity(reader.count)
        while !reader.isAtEnd {
            // An escape that was read once is read again without an error.
            if reader.current == UInt8(ascii: "\\"), let scalar = try? reader.readEscape() {
                text.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
            } else {
                text.append(reader.current)
                reader.advance()
            }
        }
        return text
    }

    /// Lends the UTF-8 of a string that was read, its escapes undone.
    @inline(__always)
    func withBytes<Result>(of token: StringToken, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        guard token.isEscaped else { return body(slice(token.start, token.end)) }
        return unescaped(token).withUnsafeBytes(body)
    }

    /// Steps over bytes that need no inspection, eight at a time, while none is a quote, a backslash, a control
    /// character or beyond ASCII.
    @inline(__always)
    private mutating func skipPlainASCII() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while let word = word(at: position) {
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            // Below, a byte's high bit is set when it is zero (two terms), less than 0x20 (the third) or beyond ASCII
            // (the last); only the lowest is exact.
            let found =
                ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes) | (word &- (ones &* 0x20)) | word
            let stops = found & highs
            guard stops == 0 else {
                advance(by: stops.trailingZeroBitCount >> 3)
                return
            }
            advance(by: 8)
        }
    }

    /// The next place from `start` on with a byte that a string must escape: a quote, a backslash or a control
    /// character.
    @inline(__always)
    func plainEnd(from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var place = start
        while let word = word(at: place) {
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            // As above, but bytes beyond ASCII do not stop it.
            let found =
                ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
                | ((word &- (ones &* 0x20)) & ~word)
            guard found & highs == 0 else { break }
            place += 8
        }
        while place < count {
            let byte = byte(at: place)
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return place }
            place += 1
        }
        return count
    }

    /// Steps over one character of two to four bytes, which must be well-formed by Unicode table 3-7.
    private mutating func skipMultibyteCharacter() throws(JSONError) {
        let second = byte(at: position + 1)
        let length: Int
        switch (current, second) {
        case (0xC2...0xDF, 0x80...0xBF):
            length = 2
        case (0xE0, 0xA0...0xBF), (0xE1...0xEC, 0x80...0xBF), (0xED, 0x80...0x9F), (0xEE...0xEF, 0x80...0xBF):
            length = 3
        case (0xF0, 0x90...0xBF), (0xF1...0xF3, 0x80...0xBF), (0xF4, 0x80...0x8F):
            length = 4
        default:
            throw JSONError(.invalidUTF8, at: position)
        }
        for offset in 1..<length where byte(at: position + offset) & 0xC0 != 0x80 {
            throw JSONError(.invalidUTF8, at: position)
        }
        advance(by: length)
    }

    /// Reads one escape, including both halves of a surrogate pair.
    private mutating func readEscape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        advance(by: 2)
        switch byte(at: start + 1) {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw JSONError(start + 1 >= count ? .unexpectedEnd : .invalidEscape, at: start)
        }
        let first = try readFourHexDigits(of: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, current == UInt8(ascii: "\\"), byte(at: position + 1) == UInt8(ascii: "u") else {
            throw JSONError(.loneSurrogate, at: start)
        }
        advance(by: 2)
        let second = try readFourHexDigits(of: start)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw JSONError(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func readFourHexDigits(of escape: Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(current)).hexDigitValue else {
                throw JSONError(isAtEnd ? .unexpectedEnd : .invalidEscape, at: escape)
            }
            value = value << 4 | UInt32(digit)
            advance()
        }
        return value
    }
}
