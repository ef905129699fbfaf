import FHIR
import FHIRPath

extension ValidationRun {
    /// Checks an element against the constraints of a rule.
    func check(invariants rule: ElementRule, _ value: JSONValue) {
        guard !rule.invariants.isEmpty, let resource = scope.resource else { return }
        let environment = environment
        for invariant in rule.invariants {
            guard let expression = invariant.expression else {
                skip(.invariantUnchecked, "the invariant \(invariant.key) uses what this FHIRPath does not have")
                continue
            }
            do throws(PathError) {
                let holds = try expression.isTrue(resource, at: value, environment: environment)
                if !holds {
                    report(
                        .invariant, invariant.human, severity: invariant.isError ? .error : .warning,
                        key: invariant.key)
                }
            } catch {
                skip(.invariantUnchecked, "the invariant \(invariant.key) could not be evaluated")
            }
        }
    }
}
