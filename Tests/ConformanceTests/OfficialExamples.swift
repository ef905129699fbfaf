import FHIR
import SampleData
import Testing

@testable import Conformance

/// The guides in ``SharedFolder``, each with its dependencies, loaded once.
enum OfficialExamples {
    struct Guide: Sendable {
        let name: String
        let validator: Validator
        let examples: [(file: String, json: JSONValue)]
    }

    /// The guides that are on this machine.
    static let names = [
        "hl7.fhir.us.core-3.1.1", "hl7.fhir.us.core-6.1.0", "hl7.fhir.us.core-7.0.0",
        "hl7.fhir.us.davinci-hrex-1.0.0", "hl7.fhir.us.davinci-pdex-2.0.0", "hl7.fhir.us.davinci-pdex-2.2.0",
    ].filter { SharedFolder.hasPackages([$0]) }

    /// Those of them whose examples are also broken on purpose: two guides have all kinds, six take forty seconds.
    static let broken = names.filter { ["hl7.fhir.us.core-6.1.0", "hl7.fhir.us.davinci-pdex-2.2.0"].contains($0) }

    private static let loaded: [String: Result<Guide, any Error>] = {
        var loaded: [String: Result<Guide, any Error>] = [:]
        for name in names { loaded[name] = Result<Guide, any Error>(catching: { try load(name) }) }
        return loaded
    }()

    /// One of them. Throws when it is there but cannot be loaded.
    static func guide(_ name: String) throws -> Guide {
        let guide = try #require(loaded[name])
        return try guide.get()
    }

    private static func load(_ name: String) throws -> Guide {
        let set = try PackageFinder().load([SharedFolder.package(name)], examples: true)
        let examples = try set.packages[0].examples.map { file, bytes in
            (file: file, json: try JSONParser.parse(bytes))
        }
        return Guide(
            name: name, validator: Validator(set),
            examples: examples.filter { $0.json["resourceType"] != nil }.sorted { $0.file < $1.file })
    }

    /// Examples that break the specification themselves: `guide file: rule path`.
    static let knownFaults: Set<String> = [
        // fullUrl ends in `discharge-summary789`, the resource's id is `discharge`.
        "hl7.fhir.us.core-3.1.1 Bundle-66c8856b-ba11-4876-8aa8-467aad8c11a2.json: bundle.full-url Bundle.entry[2]",
        "hl7.fhir.us.core-6.1.0 Bundle-66c8856b-ba11-4876-8aa8-467aad8c11a2.json: bundle.full-url Bundle.entry[2]",
        "hl7.fhir.us.core-6.1.0 Bundle-docref-example-2.json: bundle.full-url Bundle.entry[2]",
        // fullUrl is relative.
        "hl7.fhir.us.core-3.1.1 Bundle-uscore-mo3.json: bundle.full-url Bundle.entry[1]",
        // Dots are not base64.
        "hl7.fhir.us.core-3.1.1 DiagnosticReport-cardiology-report.json: "
            + "primitive.format DiagnosticReport.presentedForm[0].hash",
        // The profile fixes L/min and requires a value set without it.
        "hl7.fhir.us.core-3.1.1 Observation-satO2-fiO2.json: "
            + "binding.required Observation.component[0].valueQuantity",
        "hl7.fhir.us.davinci-hrex-1.0.0 Bundle-task-poll-response.json: bundle.full-url Bundle.entry[1]",
        // The type is spelt EndPoint.
        "hl7.fhir.us.davinci-hrex-1.0.0 PractitionerRole-full.json: reference.type PractitionerRole.endpoint[0]",
        "hl7.fhir.us.davinci-hrex-1.0.0 PractitionerRole-full.json: reference.type PractitionerRole.endpoint[1]",
    ]
}
