import DeclarativeFiles
import FHIR
import FHIRPath

/// One case of a `.test.yaml` file: a resource, and the outcome that mapping it must have.
struct MappingTestCase {
    /// The outcome that mapping the resource must have.
    enum Outcome: String, CaseIterable { case mapped, skipped, failed }

    let name: String
    let line: Int
    let given: Resource
    /// The resources that its references lead to, by `Type/id`.
    let beside: [String: Resource]
    let mapping: String
    let outcome: Outcome
    /// The whole result, or the text of the failed requirement.
    let expected: JSONValue?
    let because: String?
    let holds: [PathExpression]

    /// Reads the cases of a file; a file is `mapping:` and a list of `cases:`.
    static func read(
        _ file: DeclarativeFile, mapping: String, _ report: inout FileReport
    ) -> [MappingTestCase] {
        let keys = ["mapping", "cases"]
        let fields = file.root.fields(keys, required: keys, in: "a mapping test", &report)
        if let node = fields["mapping"], let name = node.string(&report), name != mapping {
            report.report("the test is for '\(name)' but lies beside '\(mapping)'", at: node)
        }
        var expressions = ExpressionReader(file)
        return (fields["cases"]?.list(&report) ?? []).compactMap { read($0, mapping, &expressions, &report) }
    }

    private static func read(
        _ node: DeclarativeNode, _ mapping: String, _ expressions: inout ExpressionReader, _ report: inout FileReport
    ) -> MappingTestCase? {
        let fields = node.fields(
            ["case", "given", "beside", "outcome", "by", "because", "expect", "holds"],
            required: ["case", "given", "outcome"],
            in: "a case", &report)
        guard let name = fields["case"]?.string(&report),
            let given = fields["given"].flatMap({ resource($0, &report) }),
            let outcome = fields["outcome"]?.choice(Outcome.self, &report)
        else { return nil }
        check(fields, outcome, &report)
        let beside = (fields["beside"]?.list(&report) ?? []).compactMap { resource($0, &report) }
        let by = fields["by"]?.string(&report)
        let because = fields["because"]?.string(&report)
        let holds = (fields["holds"]?.list(&report) ?? []).compactMap { expressions.read($0, &report) }
        return MappingTestCase(
            name: name, line: node.position.line, given: given,
            beside: Dictionary(
                beside.map { ("\($0.type)/\($0.id ?? "")", $0) }, uniquingKeysWith: { first, _ in first }),
            mapping: by ?? mapping, outcome: outcome,
            expected: fields["expect"].map { JSONValue($0.value(&report)) }, because: because, holds: holds)
    }

    /// Every field of a case must be checked, or the case could not fail.
    private static func check(
        _ fields: [String: DeclarativeNode], _ outcome: Outcome, _ report: inout FileReport
    ) {
        let foreign =
            switch outcome {
            case .mapped: ["because"]
            case .skipped: ["by", "because", "expect", "holds"]
            case .failed: ["expect", "holds"]
            }
        for key in foreign {
            guard let field = fields[key] else { continue }
            report.report("'\(key)' says nothing of a resource that is \(outcome.rawValue)", at: field)
        }
    }

    private static func resource(_ node: DeclarativeNode, _ report: inout FileReport) -> Resource? {
        do {
            return try Resource(JSONValue(node.value(&report)))
        } catch {
            report.report("this is not a resource: \(error)", at: node)
            return nil
        }
    }

    // MARK: Running

    func run(_ set: MappingSet, file: String, _ context: MappingContext) -> MappingTests.Result {
        let context = context.resolving { [beside] in beside[$0] }
        return .init(file: file, line: line, name: name, problem: problem(set.map(given, in: context), context))
    }

    private func problem(_ result: MappingOutcome, _ context: MappingContext) -> String? {
        switch (outcome, result) {
        case (.mapped, .mapped(let resource, _, let name)):
            if name != mapping { return "it was mapped by '\(name)', not by '\(mapping)'" }
            return difference(resource, context)
        case (.skipped, .skipped):
            return nil
        case (.failed, .failed(let name, let requirement)):
            if name != mapping { return "it failed in '\(name)', not in '\(mapping)'" }
            if let because, !requirement.hasPrefix(because) { return "it failed because: \(requirement)" }
            return nil
        case (_, .mapped(_, _, let name)): return "it was mapped by '\(name)'"
        case (_, .skipped): return "it was skipped"
        case (_, .unmapped): return "the set has no mapping for it"
        case (_, .failed(_, let requirement)): return "it failed because: \(requirement)"
        }
    }

    private func difference(_ resource: Resource, _ context: MappingContext) -> String? {
        let result = JSONValue.object(resource.json)
        if let expected, let difference = result.firstDifference(from: expected) { return difference }
        for expression in holds {
            do {
                if try !expression.isTrue(resource, environment: context.environment) {
                    return "this does not hold: \(expression.text)"
                }
            } catch {
                return "\(expression.text): \(error)"
            }
        }
        return nil
    }
}
