import ArgumentParser
import FHIR
import Foundation
import Mappings
import PDex

/// `pdex mappings explain`: what each line of the mapping files does to a resource.
struct MappingsExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show which line of which mapping file does what to a resource.",
        discussion: HelpText.with(
            "Only element names are shown. --values adds what the elements hold, --result the mapped resource.",
            examples: [
                "pdex mappings explain encounter.json", "pdex mappings explain - --set us-core-6.1.0 < patient.json",
            ]))

    @Argument(help: "A file with one resource as JSON; - reads stdin.")
    var file: String

    @Option(help: ArgumentHelp("The mapping set. (default: the only one)", valueName: "name"))
    var set: String?

    @Flag(help: "Print the mapped resource, too: a member's data.")
    var result = false

    @Flag(help: "Print what each element holds, too: a member's data.")
    var values = false

    @OptionGroup var options: MappingOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let resource = try resource()
        let folders = try options.folders()
        let names = try options.names(set, in: folders)
        guard names.count == 1 else {
            throw Fault(
                .usage, .stop, "More than one mapping set is there: \(names.joined(separator: ", ")).",
                hint: "Name one with --set.")
        }
        let (set, context) = try folders.loadWithContext(names[0])
        let trace = set.explain(resource, in: context)
        output.results.write(json(of: trace), text: text(of: trace))
    }

    private func resource() throws -> Resource {
        let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
        guard let data = try handle?.read(upToCount: 16 << 20) else {
            throw Fault(
                .usage, .stop, "The file \(file) cannot be read.", hint: "Name a file with one resource as JSON.")
        }
        do {
            return try Resource(parsing: [UInt8](data))
        } catch {
            throw Fault(
                .usage, .stop, "\(file) is not one FHIR resource as JSON.", hint: "One object with a resourceType.")
        }
    }

    private func text(of trace: MappingTrace) -> String {
        var table = TextTable()
        for step in trace.steps {
            let value = values ? step.value.map { $0.serialized(pretty: false) } : nil
            table.add(step.place, step.verb.rawValue, step.note, step.subject, value ?? "")
        }
        let lines = table.text()
        let mapped =
            result ? trace.outcome.resource.map { "\n" + JSONValue.object($0.json).serialized(pretty: true) } : nil
        return trace.outcome.words + (lines.isEmpty ? "" : "\n" + lines) + (mapped ?? "")
    }

    private func json(of trace: MappingTrace) -> JSONValue {
        let steps: [JSONValue] = trace.steps.map { step in
            var object: JSONObject = [
                "verb": .string(step.verb.rawValue), "subject": .string(step.subject), "note": .string(step.note),
                "place": .string(step.place),
            ]
            if values { object["value"] = step.value }
            return .object(object)
        }
        var object: JSONObject = ["outcome": .string(trace.outcome.words), "steps": .array(steps)]
        if result { object["result"] = trace.outcome.resource.map { .object($0.json) } }
        return .object(object)
    }
}

extension MappingOutcome {
    /// The resource, when there is one.
    fileprivate var resource: Resource? {
        if case .mapped(let resource, _, _) = self { resource } else { nil }
    }

    /// The outcome for the resource, in a sentence.
    fileprivate var words: String {
        switch self {
        case .mapped(_, let profile, let mapping): "mapped by \(mapping) to \(profile)"
        case .skipped(let mapping): "skipped: the 'when' of \(mapping) does not hold"
        case .unmapped: "left out: the set has no mapping for its type"
        case .failed(let mapping, let requirement): "failed in \(mapping): \(requirement)"
        }
    }
}
