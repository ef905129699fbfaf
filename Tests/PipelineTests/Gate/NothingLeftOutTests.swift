import Conformance
import FHIR
import Mappings
import PDexTesting
import SampleData
import Testing

@testable import Pipeline

/// A mapping claims a profile only for what can conform to it (UC-07): a record that R4 allows is completed or sent as
/// plain R4, and the gate never has to leave it out. Real records with blemishes, judged by the guides' own packages.
@Suite(
    "What R4 allows",
    .enabled(
        if: SharedFolder.hasData && GateFiles.hasPackages,
        "the sample clinics and the guides' packages beside the repository are not on this machine"))
struct NothingLeftOutTests {
    private static let sets = ["hrex", "pdex", "pdex-2.2.0", "us-core-3.1.1", "us-core-6.1.0", "us-core-7.0.0"]

    /// Requirements for sending that R4 does not have.
    private static let lacks: Set<String> = [
        "a finished visit needs a period; without one neither coverage nor consent can be checked for it"
    ]
    /// Types in the data that no set sends.
    private static let unmapped: Set<String> = ["Endpoint", "ExplanationOfBenefit", "Media", "QuestionnaireResponse"]

    @Test("is sent by every set under a claim that holds, whatever a record lacks", arguments: sets)
    func sent(name: String) throws {
        let validator = try GateFiles.packages()
        let set = try LoadedMappings.set(in: GateFiles.mappings + "/" + name, digests: .standIn)
        let resources = try Self.resources()
        var wrong: [String: Int] = [:]
        var judged: [String: Int] = [:]
        var refused: Set<String> = []
        for (number, source) in resources.enumerated() {
            for seed in 0..<(IndependentProofTests.isWhole ? 12 : 2) {
                var blemish = Blemish(seed: UInt64(number * 64 + seed))
                let json = blemish.on(source)
                guard let changed = try? Resource(.object(json)), Self.isR4(changed, validator) else { continue }
                let outcome = set.map(changed, in: MappingTests.context)
                if case .failed(_, let requirement) = outcome { refused.insert(requirement) }
                guard case .mapped(let made, let profile, _) = outcome else { continue }
                judged[source.type, default: 0] += 1
                let errors = validator.validate(.object(made.json), against: [profile]).errors
                for error in errors {
                    wrong["\(source.type) \(profile) \(error.rule) \(error.path) \(error.message)", default: 0] += 1
                }
            }
        }
        #expect(wrong.sorted { $0.value > $1.value }.map { "\($0.value) \($0.key)" } == [])
        #expect(refused.subtracting(Self.lacks) == [])
        #expect(judged.values.reduce(0, +) > 1000)
        #expect(Set(judged.keys) == Set(resources.map(\.type)).subtracting(Self.unmapped), "\(judged)")
    }

    private static func isR4(_ resource: Resource, _ validator: Validator) -> Bool {
        let profile = "http://hl7.org/fhir/StructureDefinition/" + resource.type
        return validator.validate(.object(resource.json), against: [profile]).errors.isEmpty
    }

    private static func resources() throws -> [Resource] {
        var counts: [String: Int] = [:]
        return try (RealClinics.patients() + RealClinics.ten()).filter { resource in
            let code = resource["code"]?["coding"]?[0]?["code"]?.string ?? ""
            counts[resource.type + code, default: 0] += 1
            return counts[resource.type + code, default: 0] <= (IndependentProofTests.isWhole ? 20 : 8)
        }
    }
}
