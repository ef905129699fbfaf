import DeclarativeFiles
import FHIR

extension JSONValue {
    /// A value of a declarative file as JSON: numbers as written, fields in order.
    init(_ value: DeclarativeValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .number(let text): self = JSONNumber(text).map(JSONValue.number) ?? .string(text)
        case .string(let text): self = .string(text)
        case .list(let items): self = .array(items.map { JSONValue($0) })
        case .object(let fields):
            self = .object(JSONObject(members: fields.map { .init(key: $0.key, value: JSONValue($0.value)) }))
        }
    }
}
