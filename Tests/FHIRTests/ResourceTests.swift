import FHIR
import Testing

@Suite("A resource")
struct ResourceTests {
    @Test("keeps every element, and shows the few that everybody needs")
    func shows() throws {
        let text =
            #"{"resourceType":"Patient","id":"a.b-1","meta":{"versionId":"7","lastUpdated":"2026-01-11T02:13:45.12Z"},"x":1.00}"#

        let patient = try Resource(parsing: [UInt8](text.utf8))

        #expect(patient.type == "Patient")
        #expect(patient.id == "a.b-1")
        #expect(patient.versionID == "7")
        #expect(patient.lastUpdated == Instant("2026-01-11T02:13:45.120Z"))
        #expect(patient["x"]?.number?.text == "1.00")
        #expect(String(decoding: patient.serialized(), as: UTF8.self) == text)
    }

    @Test("needs neither id nor meta")
    func needsLittle() throws {
        let resource = try Resource(["resourceType": "Basic", "meta": ["lastUpdated": "yesterday"]])
        #expect(resource.id == nil && resource.versionID == nil && resource.lastUpdated == nil)
    }

    @Test(
        "is not made from anything else",
        arguments: [
            ("[]", .notAnObject), ("null", .notAnObject), ("{}", .missingType),
            (#"{"resourceType":null}"#, .invalidType),
            (#"{"resourceType":""}"#, .invalidType), (#"{"resourceType":"Pa tient"}"#, .invalidType),
            (#"{"resourceType":"Patient/1"}"#, .invalidType),
            (#"{"resourceType":"\#(String(repeating: "A", count: 65))"}"#, .invalidType),
            (#"{"resourceType":"Patient","id":""}"#, .invalidID), (#"{"resourceType":"Patient","id":1}"#, .invalidID),
            (#"{"resourceType":"Patient","id":"a/b"}"#, .invalidID),
            (#"{"resourceType":"Patient","id":"ä"}"#, .invalidID),
            (#"{"resourceType":"Patient","id":"\#(String(repeating: "a", count: 65))"}"#, .invalidID),
            (#"{"resourceType":"Patient","id":null}"#, .invalidID), ("{", .json(JSONError(.unexpectedEnd, at: 1))),
        ] as [(String, ResourceError)])
    func refuses(text: String, error: ResourceError) {
        #expect(throws: error) { try Resource(parsing: [UInt8](text.utf8)) }
    }
}

@Suite("Codings and identifiers")
struct ElementTests {
    @Test("a coding comes back as it was, without the parts it does not have")
    func coding() {
        let json: JSONValue = ["system": "http://loinc.org", "version": "2", "code": "1-2", "display": "words"]
        #expect(Coding(json)?.json == json)
        #expect(Coding(["code": "x", "system": 1]) == Coding(code: "x"))
        #expect(Coding(code: "x").json == ["code": "x"])
        #expect(Coding("x") == nil)
    }

    @Test("an identifier tells its system, its value and what kind it is")
    func identifier() {
        let json: JSONValue = [
            "type": ["coding": [["system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MB"], "junk"]],
            "system": "urn:payer", "value": "M1",
        ]
        let kind = Coding(system: "http://terminology.hl7.org/CodeSystem/v2-0203", code: "MB")
        #expect(Identifier(json) == Identifier(system: "urn:payer", value: "M1", typeCodes: [kind]))
        #expect(Identifier([:]) == Identifier())
        #expect(Identifier([]) == nil)
    }
}
