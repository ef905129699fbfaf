import FHIR
import FHIRPath

/// One item of `set`: gives an element a value, in every place where the element above it is present.
///
/// Shared and not copied: a set has hundreds, and every resource goes through some. `if` and `expr` are evaluated at
/// the element above: `$this` is that element, `%resource` the result so far.
final class SetElement: Sendable {
    /// Where the value comes from.
    enum Origin: Sendable {
        case literal(JSONValue)
        /// An expression: the element becomes its result, and is absent when that is empty.
        case expression(PathExpression, isRepeating: Bool)
        /// One more item of a list, unless the list already has it.
        case item(JSONValue)
    }

    let path: ElementPath
    let condition: PathExpression?
    let origin: Origin
    let place: FilePlace

    init(path: ElementPath, condition: PathExpression?, origin: Origin, place: FilePlace) {
        self.path = path
        self.condition = condition
        self.origin = origin
        self.place = place
    }

    func apply(
        to resource: inout Resource, _ environment: PathEnvironment, _ trace: inout TraceRecorder
    ) throws(PathError) {
        if path.parents.isEmpty, let condition, try !condition.isTrue(resource, environment: environment) { return }
        let before = resource
        var changes: [(before: JSONValue, after: JSONValue)] = []
        var isDone = false
        let isTraced = trace.isOn
        try path.editParents(of: &resource.json) { parent throws(PathError) in
            let focus: JSONValue? = path.parents.isEmpty ? nil : .object(parent)
            if let focus, let condition, try !condition.isTrue(before, at: focus, environment: environment) { return }
            let present = parent[path.last]
            let value = try value(before, focus, present, environment)
            parent.set(path.last, to: value)
            if isTraced { changes.append((present ?? .null, value ?? .null)) }
            isDone = true
        }
        guard isDone else { return }
        trace.note(.set, path.text, Self.note(changes), place, value: .array(changes.map(\.after)))
    }

    /// What became of the elements: a list that got shorter lost something, and that must not look like a gain.
    private static func note(_ changes: [(before: JSONValue, after: JSONValue)]) -> String {
        let lost = changes.filter { $0.after.elements.count < $0.before.elements.count }
        if changes.allSatisfy({ $0.before == $0.after }) { return "unchanged" }
        if changes.allSatisfy({ $0.after == .null }) { return "left out" }
        guard !lost.isEmpty else { return "set" }
        let all = lost.reduce(0) { $0 + $1.before.elements.count }
        return "\(all - lost.reduce(0) { $0 + $1.after.elements.count }) of \(all) left out"
    }

    private func value(
        _ resource: Resource, _ focus: JSONValue?, _ present: JSONValue?, _ environment: PathEnvironment
    ) throws(PathError) -> JSONValue? {
        switch origin {
        case .literal(let value): return value
        case .item(let item):
            let items = present?.elements ?? []
            return .array(items.contains(item) ? items : items + [item])
        case .expression(let expression, let isRepeating):
            let values = try expression.json(resource, at: focus, environment: environment)
            if isRepeating { return values.isEmpty ? nil : .array(values) }
            guard values.count < 2 else {
                throw PathError("'\(path.text)' takes one value, not several", column: 1)
            }
            return values.first
        }
    }
}
