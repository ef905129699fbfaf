import FHIR
import Testing

@Suite("Which bytes are JSON")
struct JSONAcceptanceTests {
    @Test(
        "what RFC 8259 allows is read",
        arguments: [
            "null", "true", "false", "0", "-0", "1", "-1", "10", "1.0", "1.00", "0.10", "-0.5", "1e5", "1E5", "1e+5",
            "1e-5", "1.5E+07", "123456789012345678901234567890.123456789", "1e999999999", #""""#, #""a""#,
            #""é""#, #""\u00e9""#, #""\"\\\/\b\f\n\r\t""#, #""\ud83d\ude00""#, #""\uD83D\uDE00""#, #""\u0000""#,
            "\"\u{7F}\"", "\"\u{10FFFF}\"", "\"\u{FFFF}\"", "\"\u{2028}\"", "[]", "[ ]", "[1]", "[1,2]", "[[],[]]",
            "{}", "{ }", #"{"a":1}"#, #"{"":1}"#, #"{"a":1,"b":2}"#, " \t\r\n1 \t\r\n", "[ 1 , 2 ]",
            #"{ "a" : { "a" : [ { "a" : 1 } ] } }"#, #"[{"a":1},{"a":1}]"#, #""a/b""#, #""\u007f""#,
        ])
    func accepts(text: String) {
        #expect(throws: Never.self) { try JSONParser.parse(text) }
    }

    @Test(
        "what RFC 8259 does not allow is refused, with the reason and the place",
        arguments: [
            ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("nul", .unexpectedEnd, 0), ("nulL", .invalidLiteral, 0),
            ("True", .unexpectedByte, 0), ("truE", .invalidLiteral, 0), ("nullnull", .trailingBytes, 4),
            ("NaN", .unexpectedByte, 0), ("Infinity", .unexpectedByte, 0), ("-Infinity", .invalidNumber, 0),
            ("-", .unexpectedEnd, 0), ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0), ("1.", .unexpectedEnd, 0),
            ("1.e5", .invalidNumber, 0), ("01", .invalidNumber, 0), ("-01", .invalidNumber, 0),
            ("00", .invalidNumber, 0),
            ("1e", .unexpectedEnd, 0), ("1e+", .unexpectedEnd, 0), ("1e1.5", .invalidNumber, 0),
            ("0x1", .trailingBytes, 1),
            ("1 2", .trailingBytes, 2), ("1_000", .trailingBytes, 1), ("--1", .invalidNumber, 0),
            ("1-", .invalidNumber, 0),
            (#"""#, .unexpectedEnd, 1), (#""a"#, .unexpectedEnd, 2), (#""\"#, .unexpectedEnd, 1),
            (#""\u"#, .unexpectedEnd, 1),
            (#""\u00e"#, .unexpectedEnd, 1), (#""\x""#, .invalidEscape, 1), (#""\U0041""#, .invalidEscape, 1),
            (#""\u00g0""#, .invalidEscape, 1), (#""\u 041""#, .invalidEscape, 1), (#""\u+041""#, .invalidEscape, 1),
            (#""\ud800""#, .loneSurrogate, 1), (#""\udc00""#, .loneSurrogate, 1),
            (#""\ud800\ud800""#, .loneSurrogate, 1),
            (#""\ud800x""#, .loneSurrogate, 1), (#""\ud800\n""#, .loneSurrogate, 1),
            (#""\udc00\ud800""#, .loneSurrogate, 1),
            ("\"\n\"", .controlCharacter, 1), ("\"\t\"", .controlCharacter, 1), ("\"\0\"", .controlCharacter, 1),
            ("\"abcdefgh\u{1F}\"", .controlCharacter, 9), ("'a'", .unexpectedByte, 0), ("a", .unexpectedByte, 0),
            ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3),
            ("[1,]", .unexpectedByte, 3),
            ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3), ("]", .unexpectedByte, 0),
            ("[1}", .unexpectedByte, 2),
            ("{", .unexpectedEnd, 1), (#"{"a""#, .unexpectedEnd, 4), (#"{"a":"#, .unexpectedEnd, 5),
            (#"{"a":1"#, .unexpectedEnd, 6), (#"{"a":1,"#, .unexpectedEnd, 7), (#"{"a":1,}"#, .unexpectedByte, 7),
            (#"{"a" 1}"#, .unexpectedByte, 5), ("{a:1}", .unexpectedByte, 1), ("{1:1}", .unexpectedByte, 1),
            (#"{,"a":1}"#, .unexpectedByte, 1), ("{}}", .trailingBytes, 2), ("[]]", .trailingBytes, 2),
            ("/**/1", .unexpectedByte, 0),
            ("1//", .trailingBytes, 1), ("\u{FEFF}1", .byteOrderMark, 0), ("\u{A0}1", .unexpectedByte, 0),
            ("\u{0B}1", .unexpectedByte, 0), ("1\0", .trailingBytes, 1), ("\0", .unexpectedByte, 0),
            ("[\0]", .unexpectedByte, 1),
        ] as [(String, JSONError.Reason, Int)])
    func refuses(text: String, reason: JSONError.Reason, offset: Int) {
        #expect(throws: JSONError(reason, at: offset)) { try JSONParser.parse(text) }
    }

    @Test(
        "a string that is not UTF-8 is refused",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x20], [0xC2, 0xC2], [0xE0, 0x9F, 0xBF],
            [0xE0, 0xA0], [0xE1, 0x80, 0x20], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF0, 0x90, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
            [0xFE], [0xFF], [0xF1, 0x80, 0x80, 0xC0],
        ] as [[UInt8]])
    func refusesMalformedUTF8(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(throws: JSONError(.invalidUTF8, at: 1)) { try JSONParser.parse([quote] + bytes + [quote]) }
        #expect(throws: JSONError(.invalidUTF8, at: 9)) {
            try JSONParser.parse([quote] + [UInt8](repeating: 0x61, count: 8) + bytes + [quote])
        }
        #expect(throws: JSONError(.invalidUTF8, at: 1)) { try JSONParser.parse([quote] + bytes) }
    }

    @Test("a control character is refused wherever it stands in a string", arguments: 0x00..<0x20 as Range<UInt8>)
    func refusesControls(control: UInt8) {
        let text = [UInt8(ascii: "\"")] + [UInt8](repeating: 0x61, count: 24) + [UInt8(ascii: "\"")]
        for place in 1...24 {
            var damaged = text
            damaged[place] = control
            #expect(throws: JSONError(.controlCharacter, at: place)) { try JSONParser.parse(damaged) }
        }
    }

    @Test("64 levels are read and 65 refused, of arrays and of objects")
    func limitsDepth() {
        let arrays = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        let objects = String(repeating: #"{"a":"#, count: 64) + "1" + String(repeating: "}", count: 64)

        #expect(throws: Never.self) { try JSONParser.parse(arrays) }
        #expect(throws: Never.self) { try JSONParser.parse(objects) }
        #expect(throws: JSONError(.tooDeep, at: 64)) { try JSONParser.parse("[\(arrays)]") }
        #expect(throws: JSONError(.tooDeep, at: 1 + 5 * 63)) { try JSONParser.parse("[\(objects)]") }
    }

    @Test("a million opening brackets are refused without harm, whatever the limits say")
    func survivesNesting() {
        let brackets = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: JSONError(.tooDeep, at: JSONLimits.deepest)) {
            try JSONParser.parse(brackets, limits: JSONLimits(depth: .max))
        }
        #expect(throws: JSONError(.tooDeep, at: 0)) { try JSONParser.parse(brackets, limits: JSONLimits(depth: .min)) }
    }

    @Test("more bytes than allowed are refused before they are read")
    func limitsSize() {
        #expect(throws: Never.self) { try JSONParser.parse("[1]", limits: JSONLimits(bytes: 3)) }
        #expect(throws: JSONError(.tooLarge, at: 3)) { try JSONParser.parse("[1] ", limits: JSONLimits(bytes: 3)) }
        #expect(throws: JSONError(.tooLarge, at: 0)) { try JSONParser.parse("[1]", limits: JSONLimits(bytes: -1)) }
    }

    @Test("no bytes at all are refused")
    func refusesNothing() {
        #expect(throws: JSONError(.unexpectedEnd, at: 0)) {
            try JSONParser.parse(UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    @Test("an error tells the reason and the place, and nothing of the content")
    func errorsAreSilent() throws {
        let error = try #require(throws: JSONError.self) { try JSONParser.parse(#"{"name":"Ada","name":"Eve"}"#) }
        #expect("\(error)" == "duplicate-key at byte 14")
    }
}
