import FHIR
import Testing

@testable import Conformance

@Suite("The formats of primitive types")
struct PrimitiveFormatTests {
    @Test(
        "take what R4 allows",
        arguments: [
            ("date", "2026"), ("date", "2026-02"), ("date", "2024-02-29"), ("dateTime", "2026-11-25T17:45:00Z"),
            ("dateTime", "2026"), ("instant", "2026-11-25T23:59:60.123+14:00"), ("time", "17:45:00"), ("id", "a-B.9"),
            ("code", "a b"), ("oid", "urn:oid:2.16.840"), ("uuid", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"),
            ("base64Binary", "QQ=="), ("uri", "a:b"), ("string", "x"), ("xhtml", "<div/>"),
        ])
    func right(type: String, text: String) throws {
        #expect(PrimitiveFormat.check(.string(text), try #require(PrimitiveType(rawValue: type))) == .right)
    }

    @Test(
        "refuse what R4 does not",
        arguments: [
            ("date", "2026-13"), ("date", "2026-02-29"), ("date", "26"), ("date", "2026-1-1"), ("date", "2026-11-25Z"),
            ("dateTime", "2026-11-25T17:45:00"), ("dateTime", "2026-11-25T17:45Z"), ("dateTime", "2026-11T17:45:00Z"),
            ("instant", "2026-11-25"), ("instant", "2026-11-25T24:00:00Z"), ("time", "17:45"), ("time", "17:45:00Z"),
            ("id", "a_b"), ("id", ""), ("code", "a  b"), ("code", "a "), ("oid", "2.16"), ("oid", "urn:oid:3.1"),
            ("uuid", "urn:uuid:c757873d"), ("base64Binary", "QQ="), ("base64Binary", "..=="), ("uri", "a b"),
            ("string", ""), ("string", " "), ("xhtml", "text"),
        ])
    func wrong(type: String, text: String) throws {
        #expect(PrimitiveFormat.check(.string(text), try #require(PrimitiveType(rawValue: type))) == .wrongFormat)
    }

    @Test(
        "know how far whole numbers go",
        arguments: [
            ("integer", -1, true), ("unsignedInt", -1, false), ("unsignedInt", 0, true), ("positiveInt", 0, false),
            ("integer", 2_147_483_648, false),
        ])
    func whole(type: String, number: Int, isRight: Bool) throws {
        let answer = PrimitiveFormat.check(
            .number(JSONNumber(number)), try #require(PrimitiveType(rawValue: type)))

        #expect((answer == .right) == isRight)
    }
}
