import FHIR
import FHIRPath

/// `when`: whether a mapping wants a resource at all; reads the source.
struct When: Sendable {
    let condition: PathExpression
    let place: FilePlace
    /// Its number in the set: mappings that extend one another share their conditions.
    var number = 0

    func holds(
        _ source: Resource, _ environment: PathEnvironment, _ verdicts: inout WhenVerdicts,
        _ trace: inout TraceRecorder
    ) throws(PathError) -> Bool {
        if let known = verdicts[number] {
            trace.note(.when, condition.text, known ? "true" : "false", place)
            return known
        }
        let holds = try condition.isTrue(source, environment: environment)
        verdicts[number] = holds
        trace.note(.when, condition.text, holds ? "true" : "false", place)
        return holds
    }
}
