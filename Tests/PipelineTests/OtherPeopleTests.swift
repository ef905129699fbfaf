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

    @Test(
        "a Patient that is contained is the member, by a number or by name and birth date, or is not named",
        arguments: [
            (["name": [["family": "Smith", "given": ["Joe"]]], "birthDate": "1979-04-02"], true),
            (["identifier": [["system": "https://med0.example/fhir/member-id", "value": "M0-1"]]], true),
            (["name": [["family": "Smith", "given": ["Joe"]]], "birthDate": "2001-01-01"], false),
            (["name": [["family": "Smith", "given": ["Joe"]]]], false),
            (["identifier": [["system": "https://med0.example/fhir/member-id", "value": "M0-2"]]], false),
        ] as [(JSONObject, Bool)])
    func contained(person: JSONObject, isMember: Bool) async throws {
        var patient = person
        patient["resourceType"] = "Patient"
        patient["id"] = "x"
        let night = try await Self.night(
            focus: ["reference": "#x"], contained: [.object(patient)])
        let odd = Self.odd(night)
        #expect((odd["contained"] != nil) == isMember)
        #expect((odd["focus"]?[0]?["reference"] == "#x") == isMember)
        #expect((odd["focus"]?[0]?["extension"]?[0]?["valueCode"] == "masked") != isMember)
    }

    private static func night(focus: JSONValue, contained: [JSONValue]? = nil) async throws -> Night {
        var odd: JSONObject = [
            "resourceType": "Observation", "id": "odd", "status": "final", "code": ["text": "a look at another"],
            "subject": ["reference": "Patient/joe"], "encounter": ["reference": "Encounter/joe-visit"],
            "effectiveDateTime": "2026-05-04", "valueString": "x", "focus": [focus],
        ]
        if let contained { odd["contained"] = .array(contained) }
        let operation: JSONValue = [
            "resourceType": "Procedure", "id": "joe-operation", "status": "completed", "code": ["text": "x"],
            "subject": ["reference": "Patient/joe"], "performedDateTime": "2026-05-04",
        ]
        let night = try Night(
            [.joe, .ada], mappings: usCoreMappings, also: [try Resource(.object(odd)), try Resource(operation)])
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
