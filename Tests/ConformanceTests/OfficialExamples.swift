import FHIR
import SampleData
import Testing

@testable import Conformance

/// The guides in ``SharedFolder``, each with what it builds on, loaded once.
enum OfficialExamples {
    struct Guide: Sendable, CustomTestStringConvertible {
        let name: String
        let validator: Validator
        let examples: [(file: String, json: JSONValue)]
        var testDescription: String { name }
        /// Whether its examples are also broken on purpose: two guides have all kinds, six take forty seconds.
        var isBroken: Bool { ["hl7.fhir.us.core-6.1.0", "hl7.fhir.us.davinci-pdex-2.2.0"].contains(name) }
    }

    static let guides: [Guide] = {
        let names = [
            "hl7.fhir.us.core-3.1.1", "hl7.fhir.us.core-6.1.0", "hl7.fhir.us.core-7.0.0",
            "hl7.fhir.us.davinci-hrex-1.0.0", "hl7.fhir.us.davinci-pdex-2.0.0", "hl7.fhir.us.davinci-pdex-2.2.0",
        ]
        return names.compactMap { name in
            guard let set = try? PackageFinder().load([SharedFolder.package(name)], examples: true) else {
                print("\(name) is not there: its examples are not validated")
                return nil
            }
            let examples = set.packages[0].examples.compactMap { file, bytes in
                (try? JSONParser.parse(bytes)).flatMap { $0["resourceType"] == nil ? nil : (file, $0) }
            }
            return Guide(name: name, validator: Validator(set), examples: examples.sorted { $0.0 < $1.0 })
        }
    }()

    /// Examples that break the specification themselves: `guide file: rule path`.
    static let knownFaults: Set<String> = [
        // fullUrl ends in `discharge-summary789`, the resource's id is `discharge`.
        "hl7.fhir.us.core-3.1.1 Bundle-66c8856b-ba11-4876-8aa8-467aad8c11a2.json: bundle.full-url Bundle.entry[2]",
        "hl7.fhir.us.core-6.1.0 Bundle-66c8856b-ba11-4876-8aa8-467aad8c11a2.json: bundle.full-url Bundle.entry[2]",
        "hl7.fhir.us.core-6.1.0 Bundle-docref-example-2.json: bundle.full-url Bundle.entry[2]",
        // fullUrl is relative.
        "hl7.fhir.us.core-3.1.1 Bundle-uscore-mo3.json: bundle.full-url Bundle.entry[1]",
        // Dots are no base64.
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
