import FHIR
import FHIRPath

/// `when`: whether a mapping wants a resource at all; reads the source.
struct When: Sendable {
    let condition: PathExpression
    /// The code that its condition asks for first.
    let leading: LeadingCode?
    let place: FilePlace
    /// Its number in the set: mappings that extend one another share their conditions.
    var number = 0

    init(condition: PathExpression, place: FilePlace) {
        self.condition = condition
        self.place = place
        leading = condition.leadingCode
    }

    func holds(
        _ source: Resource, _ environment: PathEnvironment, _ verdicts: inout WhenVerdicts,
        _ trace: inout TraceRecorder
    ) throws(PathError) -> Bool {
        if let known = verdicts[number] {
            trace.note(.when, condition.text, known ? "true" : "false", place)
            return known
        }
        let isHopeless = leading.map { verdicts.lack($0, in: source) } ?? false
        let holds = isHopeless ? false : try condition.isTrue(source, environment: environment)
        verdicts[number] = holds
        trace.note(.when, condition.text, holds ? "true" : "false", place)
        return holds
    }
}
