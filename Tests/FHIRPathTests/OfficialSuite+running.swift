import FHIR
import FHIRPath
import Foundation

extension OfficialSuite.Case {
    private static let environment: PathEnvironment = {
        var environment = PathEnvironment()
        environment.now = Instant("2026-11-25T16:15:00.000Z")
        return environment
    }()

    /// Whether the expression does what the suite says it should.
    func passes(on resource: Resource) -> Bool {
        do {
            let expression = try PathExpression(expression)
            let environment = Self.environment
            let values = try expression.evaluate(resource, environment: environment)
            if isInvalid { return false }
            if isPredicate {
                return (values.isEmpty ? "false" : "true") == outputs.first?.text
            }
            return values.count == outputs.count && zip(values, outputs).allSatisfy { $0.isWritten($1) }
        } catch {
            return isInvalid
        }
    }

    /// The result, for people who examine a failure.
    func outcome(on resource: Resource) -> String {
        do {
            let values = try PathExpression(expression).evaluate(resource, environment: Self.environment)
            return "\(values.map(\.suiteText))"
        } catch {
            return "\(error)"
        }
    }
}

extension PathValue {
    fileprivate func isWritten(_ output: OfficialSuite.Output) -> Bool {
        suiteText == output.text && (output.type == nil || suiteType == nil || suiteType == output.type)
    }

    /// The type as the suite names it; nil when an element's type was not requested.
    private var suiteType: String? {
        switch self {
        case .boolean: "boolean"
        case .integer: "integer"
        case .decimal: "decimal"
        case .string: "string"
        case .moment(let moment): [.date: "date", .dateTime: "dateTime", .time: "time"][moment.kind]
        case .quantity: "Quantity"
        case .element(let element): element.type
        }
    }

    /// The value as the suite writes it.
    fileprivate var suiteText: String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .decimal(let value): "\(value)"
        case .string(let text): text
        case .moment(let moment): (moment.kind == .time ? "@T" : "@") + moment.text.drop { $0 == "T" }
        case .quantity(let quantity): "\(quantity.value) '\(quantity.unit)'"
        case .element(let element):
            switch element.json {
            case .string(let text):
                text.first?.isNumber ?? false && text.contains("-") && text.count == 10 ? "@" + text : text
            case .number(let number): number.text
            case .bool(let value): "\(value)"
            default: element.json.serialized(pretty: false)
            }
        }
    }
}
