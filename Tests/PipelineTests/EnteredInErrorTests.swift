import FHIR
import Mappings
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// RD-18: what the clinic itself marks as an error is never sent as if it were not.
@Suite("What was entered in error")
struct EnteredInErrorTests {
    @Test(
        "is taken by no mapping of any set, of whatever type it is",
        arguments: ["us-core-3.1.1", "us-core-6.1.0", "us-core-7.0.0", "pdex", "pdex-2.2.0", "hrex"])
    func unmapped(set name: String) throws {
        let directory = GateFiles.mappings + "/" + name
        let set = try LoadedMappings.set(in: directory, digests: .standIn)
        var types: Set<String> = []
        var sent: Set<String> = []
        // Sets have their own cases in addition to those of the set that most of them extend.
        let base = try LoadedMappings.set(in: usCoreMappings, digests: .standIn)
        let own = try MappingTests.outcomes(of: set, directory: directory).map(\.given)
        let given = try own + MappingTests.outcomes(of: base, directory: usCoreMappings).map(\.given)
        for given in given where ErrorStatus.cleared(given) != nil || given.type == "Coverage" {
            guard case .mapped = set.map(given, in: MappingTests.context) else { continue }
            types.insert(given.type)
            let wrong = try Resource(.object(ErrorStatus.set(on: given.json, of: given)))
            if case .mapped(_, _, let mapping) = set.map(wrong, in: MappingTests.context) {
                sent.insert("\(given.type) by \(mapping)")
            }
        }
        #expect(sent == [])
        #expect(types.isSuperset(of: ["Observation", "Condition", "Encounter", "Goal", "Coverage"]))
    }

    @Test("is not sent when it comes for the first time, and what refers to it is")
    func firstTime() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        var condition = try #require(try NamedMember.joe.clinicRecords().first { $0.type == "Condition" })
        condition.json = ErrorStatus.set(on: condition.json, of: condition)
        var result = try Resource(NamedMember.joe.observation(value: "7.20"))
        result.json["status"] = "entered-in-error"
        night.clinic.put(condition)
        night.clinic.put(result)

        let report = try await night.run()

        let types = Set(night.payer.held.values.map(\.type))
        #expect(types == ["Patient", "Encounter", "Practitioner", "Organization", "Provenance"])
        #expect(report.balanced)
        #expect(report.notes == [:])
    }
}
