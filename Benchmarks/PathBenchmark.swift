import FHIR
import FHIRPath

/// The cost of one evaluation of an expression, for common ones in mappings and for invariants of US Core.
struct PathBenchmark {
    private static let mapping = [
        "code.coding.exists()", "status = 'final'", "status in ('final' | 'amended')",
        "identifier.where(system = 'urn:npi').value.exists()", "subject.reference.startsWith('Patient/')",
    ]
    private static let invariants = [
        "family.exists() or given.exists()", "value.exists() or dataAbsentReason.exists() or component.exists()",
        "component.all(value.exists() or dataAbsentReason.exists())",
        "(component.empty() and hasMember.empty()) implies (dataAbsentReason.exists() or value.exists())",
        "effective.toString().length() >= 8", "effective.ofType(dateTime).all($this.toString().length() >= 10)",
        "category.where(coding.where(system = 'urn:cat' and code = 'laboratory').exists()).exists()",
        "identifier.where(system = 'urn:npi').value.all(matches('^[0-9]{10}$'))",
        "contained.where(('#' + id in %resource.descendants().reference).not()).empty()",
        "extension.all(extension.exists() != value.exists())",
    ]
    private static let observation: JSONValue = [
        "resourceType": "Observation", "id": "o1", "status": "final",
        "category": [["coding": [["system": "urn:cat", "code": "laboratory"]]]],
        "code": ["coding": [["system": "http://loinc.org", "code": "2339-0"]]],
        "identifier": [["system": "urn:a", "value": "1"], ["system": "urn:npi", "value": "1234567893"]],
        "subject": ["reference": "Patient/p1"], "effectiveDateTime": "2026-01-10T08:00:00-05:00",
        "valueQuantity": ["value": 5, "unit": "mg/dL", "code": "mg/dL"],
        "component": [["code": ["text": "a"], "valueString": "x"], ["code": ["text": "b"], "valueInteger": 2]],
        "extension": [["url": "urn:e", "valueCode": "x"]],
    ]

    func run() async throws {
        let resource = try Resource(Self.observation)
        for (name, texts) in [("mapping FHIRPath", Self.mapping), ("invariant FHIRPath", Self.invariants)] {
            let rounds = 20_000
            let expressions = try texts.map { try PathExpression($0) }
            for (text, expression) in zip(texts, expressions) {
                let seconds = try await cpuSeconds {
                    for _ in 0..<rounds { _ = try expression.isTrue(resource) }
                }
                print(Row.text(name, "\(Row.whole(seconds / Double(rounds) * 1e9)) ns an evaluation", text, ""))
            }
        }
    }
}
