import FHIR
import FHIRPath

/// `when`: whether a mapping wants a resource at all; reads the source.
struct When: Sendable {
    let condition: PathExpression
    let place: FilePlace

    func holds(
        _ source: Resource, _ environment: PathEnvironment, _ trace: inout TraceRecorder
    ) throws(PathError) -> Bool {
        let holds = try condition.isTrue(source, environment: environment)
        trace.note(.when, condition.text, holds ? "true" : "false", place)
        return holds
    }
}
