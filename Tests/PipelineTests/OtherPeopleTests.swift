import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// T10: nothing of one person reaches another's payer, not even by a reference.
@Suite("Of other people nothing is named")
struct OtherPeopleTests {
    @Test(
        "a reference to somebody else, or to what is somebody else's, is masked",
        arguments: ["Patient/ada", "Encounter/ada-visit"])
    func masked(reference: String) async throws {
        let night = try await Self.night(focus: ["reference": .string(reference), "display": "Ada, the sister"])
        let focus = try #require(Self.odd(night)["focus"]?[0])
        #expect(focus["extension"]?[0]?["valueCode"] == "masked")
        #expect(focus["identifier"] == nil && focus["display"] == nil)
    }

    @Test("of what is the member's own and does not travel only the id is told, without the words beside it")
    func unspoken() async throws {
        let night = try await Self.night(focus: ["reference": "Procedure/joe-operation", "display": "an operation"])
        let focus = try #require(Self.odd(night)["focus"]?[0])
        #expect(focus["identifier"]?["value"] == "joe-operation")
        #expect(focus["display"] == nil)
    }

    private static func night(focus: JSONValue) async throws -> Night {
        let odd: JSONValue = [
            "resourceType": "Observation", "id": "odd", "status": "final", "code": ["text": "a look at another"],
            "subject": ["reference": "Patient/joe"], "encounter": ["reference": "Encounter/joe-visit"],
            "effectiveDateTime": "2026-05-04", "valueString": "x", "focus": [focus],
        ]
        let operation: JSONValue = [
            "resourceType": "Procedure", "id": "joe-operation", "status": "completed", "code": ["text": "x"],
            "subject": ["reference": "Patient/joe"], "performedDateTime": "2026-05-04",
        ]
        let night = try Night(
            [.joe, .ada], mappings: usCoreMappings, also: [try Resource(odd), try Resource(operation)])
        #expect(try await night.run().exchanges.acknowledged == 2)
        return night
    }

    private static func odd(_ night: Night) -> Resource {
        night.payer.held.values.first { $0["code"]?["text"] == "a look at another" } ?? Self.nobody
    }

    private static let nobody: Resource = {
        do { return try Resource(["resourceType": "Observation"]) } catch { fatalError("\(error)") }
    }()
}
