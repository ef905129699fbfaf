import FHIR
import FHIRPath

/// One item of `require`: a condition that must hold for the result, or it is not sent.
struct Require: Sendable {
    let condition: PathExpression
    /// What is wrong when it does not hold, in words for an operator.
    let otherwise: String
    let place: FilePlace

    func holds(
        _ result: Resource, _ environment: PathEnvironment, _ trace: inout TraceRecorder
    ) throws(PathError) -> Bool {
        let holds = try condition.isTrue(result, environment: environment)
        trace.note(.require, condition.text, holds ? "holds" : "fails: \(otherwise)", place)
        return holds
    }
}
