import FHIR
import SampleData

@testable import Conformance

/// The packages beside the repository: their definitions, and the examples that they publish.
struct GuideDefinitions {
    /// Every guide to which a mapping set leads.
    static let names = [
        "hl7.fhir.us.core-3.1.1", "hl7.fhir.us.core-6.1.0", "hl7.fhir.us.core-7.0.0",
        "hl7.fhir.us.davinci-hrex-1.0.0", "hl7.fhir.us.davinci-pdex-2.0.0", "hl7.fhir.us.davinci-pdex-2.2.0",
    ]

    let packages: [IGPackage]

    init(examples: Bool = false) throws {
        packages = try Self.names.map { try IGPackage(path: SharedFolder.package($0), examples: examples) }
    }

    /// The StructureDefinition of `canonical|version`; nil when no guide has it.
    func profile(_ canonical: String) throws -> JSONValue? {
        let definitions = packages.lazy.flatMap(\.definitions)
        let found = definitions.first { $0.kind == .structure && $0.url + "|" + $0.version == canonical }
        return try found.map { try JSONParser.parse($0.json) }
    }
}
