import FHIR
import FHIRPath
import PDex
import Testing

@testable import Mappings

@Suite("A condition whose code the resource lacks")
struct HopelessConditionTests {
    private static let condition = "code.coding.exists(system = 'urn:s' and code = 'c') and status.exists()"

    @Test(
        "comes to what asking it would, however the codings are written",
        arguments: [
            #"{}"#, #"{"code": {}}"#, #"{"code": {"text": "c"}}"#, #"{"code": null}"#, #"{"code": "c"}"#,
            #"{"code": {"coding": [{"system": "urn:s", "code": "c"}]}}"#,
            #"{"code": {"coding": {"system": "urn:s", "code": "c"}}}"#,
            #"{"code": [{"coding": [{"system": "urn:s", "code": "c"}]}]}"#,
            #"{"code": [{"coding": []}, {"coding": [{"system": "urn:t", "code": "c"}, {"system": "urn:s", "code": "c"}]}]}"#,
            #"{"code": {"coding": [{"system": "urn:s", "code": "d"}]}}"#,
            #"{"code": {"coding": [{"system": "urn:s"}, {"code": "c"}]}}"#,
            #"{"code": {"coding": [{"system": ["urn:s"], "code": ["c"]}]}}"#,
            #"{"code": {"coding": [{"system": "urn:s", "code": 5}]}}"#, #"{"code": {"coding": [[1], "c", null]}}"#,
        ])
    func same(json: String) throws {
        try check(json, Self.condition)
    }

    @Test(
        "comes to what asking it would where the code is a choice's",
        arguments: [
            #"{}"#, #"{"valueString": "c"}"#,
            #"{"valueCodeableConcept": {"coding": [{"system": "urn:s", "code": "c"}]}}"#,
            #"{"valueCodeableConcept": {"coding": [{"system": "urn:s", "code": "d"}]}}"#,
        ])
    func choice(json: String) throws {
        try check(json, "value.coding.exists(system = 'urn:s' and code = 'c') and status.exists()")
    }

    private func check(_ json: String, _ condition: String) throws {
        let parsed = try #require(try JSONParser.parse(json).object)
        var object: JSONObject = ["resourceType": "Observation", "status": "final"]
        for member in parsed.members { object[member.key] = member.value }
        let resource = try Resource(.object(object))
        let expression = try PathExpression(condition)
        let when = When(condition: expression, place: FilePlace(path: "", line: 1))
        var verdicts = WhenVerdicts(conditions: 1)
        var trace = TraceRecorder(isOn: false)

        let holds = try? when.holds(resource, PathEnvironment(), &verdicts, &trace)

        #expect(when.leading != nil)
        #expect(holds == (try? expression.isTrue(resource)))
    }
}
