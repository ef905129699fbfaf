import FHIR
import Foundation
import Testing

@Suite("A JSON value")
struct JSONValueTests {
    @Test("gives its members, its elements and its scalars, and nil for what it is not")
    func givesItsParts() {
        let value: JSONValue = ["a": [1, "two", true, nil], "b": ["c": "d"]]

        #expect(value["a"]?[0]?.number?.int == 1)
        #expect(value["a"]?[1]?.string == "two")
        #expect(value["a"]?[2]?.bool == true)
        #expect(value["a"]?[3] == .null)
        #expect(value["b"]?["c"]?.string == "d")
        #expect(value["b"]?.object?.keys == ["c"])
        #expect(value["a"]?.array?.count == 4)
        #expect(
            [value["x"], value["a"]?[4], value["a"]?[-1], value["a"]?["b"], value["b"]?[0]] == [
                nil, nil, nil, nil, nil,
            ])
        #expect(value.string == nil && value.bool == nil && value.number == nil && value.array == nil)
        #expect(JSONValue.null.object == nil)
    }

    @Test("is a list of itself where FHIR would repeat it")
    func isAList() {
        #expect((["a", "b"] as JSONValue).elements == ["a", "b"])
        #expect(("a" as JSONValue).elements == ["a"])
        #expect((nil as JSONValue).elements.isEmpty)
    }

    @Test("is equal only to what would be written with the same bytes")
    func comparesBytes() throws {
        #expect(try JSONParser.parse("1.0") != JSONParser.parse("1.00"))
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(["\u{E9}": 1] as JSONValue != ["e\u{301}": 1])
        #expect(["a": 1, "b": 2] as JSONValue != ["b": 2, "a": 1])
        #expect(JSONValue.null != false)
        #expect(Set<JSONValue>([nil, true, 1, "a", ["a"], ["a": 1], nil, ["a": 1]]).count == 6)
    }

    @Test("is written for people with a member a line")
    func writesPretty() {
        let value: JSONValue = ["a": [1, ["b": nil]], "c": [], "d": [:]]
        let text = """
            {
              "a": [
                1,
                {
                  "b": null
                }
              ],
              "c": [],
              "d": {}
            }
            """
        #expect(value.serialized(pretty: true) == text)
        #expect(value.serialized(pretty: false) == #"{"a":[1,{"b":null}],"c":[],"d":{}}"#)
    }

    @Test("is written with the escapes that are needed and no others")
    func escapes() {
        let text = JSONValue.string("\"\\/\u{8}\u{C}\n\r\t\0\u{1F}\u{7F}é😀\u{2028}")
        #expect(text.serialized(pretty: false) == "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u{7F}é😀\u{2028}\"")
    }
}

@Suite("A JSON number")
struct JSONNumberTests {
    @Test("keeps its text", arguments: ["1.00", "-0", "0.10", "1e400", "12345678901234567890123"])
    func keepsItsText(text: String) throws {
        #expect(JSONNumber(text)?.text == text)
        #expect(try JSONParser.parse(text).serialized(pretty: false) == text)
    }

    @Test("is not made from what is no number", arguments: ["", " 1", "1 ", "01", "1.", "NaN", "0x1", "+1", "１"])
    func refusesOtherText(text: String) {
        #expect(JSONNumber(text) == nil)
    }

    @Test(
        "is whole when it is written so and fits",
        arguments: [
            ("7", 7), ("-7", -7), ("-0", 0), ("1.0", nil), ("1e2", nil), ("9223372036854775807", .max),
            ("9223372036854775808", nil),
        ] as [(String, Int?)])
    func isWhole(text: String, int: Int?) {
        #expect(JSONNumber(text)?.int == int)
    }

    @Test(
        "is a decimal when a decimal can hold it",
        arguments: [
            ("0", 0), ("1.50", 1.5), ("-0.001", Decimal(sign: .minus, exponent: -3, significand: 1)), ("2.5e3", 2500),
            ("1E-2", Decimal(sign: .plus, exponent: -2, significand: 1)), ("1e400", nil),
            ("1e99999999999999999999", nil),
            ("1e-400", nil), ("1e9223372036854775807", nil), ("1e-9223372036854775808", nil), ("1e81", nil),
            (String(repeating: "9", count: 39), nil), (String(repeating: "9", count: 5000), nil),
            ("0." + String(repeating: "0", count: 5000), nil),
        ] as [(String, Decimal?)])
    func isDecimal(text: String, decimal: Decimal?) {
        #expect(JSONNumber(text)?.decimal == decimal)
    }
}

@Suite("A JSON object")
struct JSONObjectTests {
    @Test("replaces in place, appends what is new and removes what is set to nil")
    func changes() {
        var object: JSONObject = ["a": 1, "b": 2, "c": 3]

        object["b"] = "two"
        object["d"] = 4
        object["a"] = nil
        object["x"] = nil

        #expect(object.members.map(\.key) == ["b", "c", "d"])
        #expect(object == ["b": "two", "c": 3, "d": 4])
    }

    @Test("keeps the first of several members of one name")
    func keepsTheFirst() {
        let object = JSONObject(members: [
            .init(key: "a", value: 1), .init(key: "b", value: 2), .init(key: "a", value: 3),
        ])
        #expect(object == ["a": 1, "b": 2])
        #expect(object.count == 2 && !object.isEmpty && JSONObject().isEmpty)
    }

    @Test("keeps the members that are asked for, in their order")
    func keeps() {
        var object: JSONObject = ["d": 1, "a": 2, "c": 3, "b": 4]
        object.keep { ["a", "b", "d", "z"].contains($0) }
        #expect(object.keys == ["d", "a", "b"])
    }

    @Test("finds a name by its bytes: the kelvin sign is no K")
    func findsByBytes() {
        let object: JSONObject = ["\u{212A}": 1, "K": 2]
        #expect(object["K"] == 2)
        #expect(object["\u{212A}"] == 1)
    }
}
