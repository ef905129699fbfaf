extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// `nil` in code is `null` in JSON.
    public init(nilLiteral: ()) { self = .null }

    /// A truth value written in code.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// A string written in code.
    public init(stringLiteral value: String) { self = .string(value) }

    /// A whole number written in code; decimals are made from text, so that they keep their digits.
    public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }

    /// An array written in code.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// An object written in code, its members in that order; of two with the same name the first stays.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(JSONObject(members: members.map { JSONObject.Member(key: $0.0, value: $0.1) }))
    }
}
