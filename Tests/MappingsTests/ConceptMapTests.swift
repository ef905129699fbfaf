import FHIR
import Mappings
import Testing

@Suite("translate")
struct ConceptMapTests {
    static let colours = """
        { "resourceType": "ConceptMap", "group": [{ "source": "urn:old", "target": "urn:new",
          "element": [{ "code": "r", "target": [{ "code": "red", "display": "Red", "equivalence": "equal" }] },
                      { "code": "x", "target": [{ "code": "none", "equivalence": "unmatched" }] }],
          "unmapped": { "mode": "provided" } }] }
        """
    private static let fixed = colours.replacing("\"provided\"", with: "\"fixed\", \"code\": \"other\"")

    private func code(
        _ coding: JSONValue, map: String = colours, unmapped: String = "provided"
    ) throws -> JSONValue? {
        let mapping = SetOnDisk.observation(
            keep: "[code]", "translate: [{ path: code, with: colours, unmapped: \(unmapped) }]")
        let set = try SetOnDisk(mapping, conceptMaps: ["colours": map]).load()
        let resource = try Resource(["resourceType": "Observation", "code": coding])
        guard case .mapped(let result, _, _) = set.map(resource, in: MappingTests.context) else { return nil }
        return result["code"]
    }

    @Test("a concept gets the translation in front of its own codings")
    func concept() throws {
        let coding: JSONValue = ["system": "urn:old", "code": "r"]
        #expect(
            try code(["coding": [coding], "text": "rouge"]) == [
                "coding": [["system": "urn:new", "code": "red", "display": "Red"], coding], "text": "rouge",
            ])
    }

    @Test(
        "codes that no group knows stay as they are",
        arguments: [
            ["system": "urn:old", "code": "q"], ["system": "urn:other", "code": "r"],
            ["system": "urn:old", "code": "x"],
            ["display": "no code"],
        ] as [JSONValue])
    func unknown(coding: JSONValue) throws {
        #expect(try code(["coding": [coding]]) == ["coding": [coding]])
    }

    @Test("a group may give all others one code")
    func fallback() throws {
        let coding: JSONValue = ["system": "urn:old", "code": "q"]
        #expect(
            try code(["coding": [coding]], map: Self.fixed) == [
                "coding": [["system": "urn:new", "code": "other"], coding]
            ])
    }

    @Test("what a group does not know is dropped when the mapping says so, and the text stays")
    func dropped() throws {
        let coding: JSONValue = ["system": "urn:old", "code": "q"]
        #expect(try code(["coding": [coding], "text": "ocre"], unmapped: "drop") == ["text": "ocre"])
        #expect(try code(["coding": [coding]], unmapped: "drop") == nil)
    }

    @Test("each coding goes by itself, also beside one that is translated")
    func mixed() throws {
        let known: JSONValue = ["system": "urn:old", "code": "r"]
        let unknown: JSONValue = ["system": "urn:secret", "code": "HIV"]
        let red: JSONValue = ["system": "urn:new", "code": "red", "display": "Red"]

        #expect(try code(["coding": [known, unknown]], unmapped: "drop") == ["coding": [red, known]])
        #expect(try code(["coding": [unknown, known]], unmapped: "drop") == ["coding": [red, known]])
        #expect(try code(["coding": [known, unknown]], unmapped: "fail") == nil)
        #expect(try code(["coding": [known, unknown]]) == ["coding": [red, known, unknown]])
    }

    @Test("one code for all others stands back behind a translation, and words without a code are not unknown")
    func words() throws {
        let (unknown, known): (JSONValue, JSONValue) = (
            ["system": "urn:old", "code": "q"], ["system": "urn:old", "code": "r"]
        )
        let words: JSONValue = ["display": "in words"]
        let red: JSONValue = ["system": "urn:new", "code": "red", "display": "Red"]

        #expect(try code(["coding": [unknown, known]], map: Self.fixed) == ["coding": [red, unknown, known]])
        #expect(try code(["coding": [words, known]], unmapped: "fail") == ["coding": [red, words, known]])
        #expect(try code(["coding": [words, known]], unmapped: "drop") == ["coding": [red, known]])
    }

    @Test("to what nothing corresponds is not what the others become")
    func unmatched() throws {
        let coding: JSONValue = ["system": "urn:old", "code": "x"]
        #expect(try code(["coding": [coding]], map: Self.fixed) == ["coding": [coding]])
        #expect(try code(["coding": [coding], "text": "t"], unmapped: "drop") == ["text": "t"])
    }

    @Test("what a group does not know is kept when the mapping says so, whatever the map provides for")
    func kept() throws {
        let coding: JSONValue = ["system": "urn:old", "code": "q"]
        #expect(
            try code(["coding": [coding]], map: Self.fixed, unmapped: "keep") == ["coding": [coding]])
    }

    @Test("what a group does not know fails the resource when the mapping says so, without naming the code")
    func failed() throws {
        let mapping = SetOnDisk.observation(
            keep: "[code]", "translate: [{ path: code, with: colours, unmapped: fail }]")
        let set = try SetOnDisk(mapping, conceptMaps: ["colours": Self.colours]).load()
        let source = try Resource(["resourceType": "Observation", "code": ["coding": [["code": "q"]]]])
        #expect(
            set.map(source, in: MappingTests.context)
                == .failed(mapping: "thing", requirement: "code has a code that colours does not know"))
    }

    @Test("a code that is a target already is known", arguments: ["drop", "fail"])
    func target(unmapped: String) throws {
        let coding: JSONValue = ["system": "urn:new", "code": "red", "display": "Bright red", "userSelected": true]
        #expect(try code(["coding": [coding]], unmapped: unmapped) == ["coding": [coding]])
    }

    @Test("a translation happens once")
    func once() throws {
        let coding: JSONValue = ["system": "urn:old", "code": "r"]
        let once = try code(["coding": [coding]])
        #expect(try code(once ?? .null) == once)
    }

    @Test(
        "a map that cannot be used is refused",
        arguments: [
            ("{}", "1:1: the file is not a FHIR ConceptMap"),
            ("{ \"resourceType\": \"ConceptMap\" }", "1:1: the ConceptMap has no group"),
            ("{ \"resourceType\": }", "1:19: the file is not JSON: unexpected-byte"),
            (colours.replacing("provided", with: "other-map"), "4:3: the mode must be provided or fixed"),
            (
                colours.replacing("\"code\": \"x\"", with: "\"code\": \"r\"").replacing("unmatched", with: "equal"),
                "3:15: the code 'r' is mapped twice"
            ),
            (
                colours.replacing("\"element\"", with: "\"elements\""),
                "2:3: there is no 'elements' here — did you mean 'element'?"
            ),
            (
                colours.replacing("\"equivalence\": \"equal\"", with: "\"dependsOn\": [{}]"),
                "2:41: 'dependsOn' is not looked at: the code would be translated whatever it says"
            ),
            (
                "{ \"resourceType\": \"ConceptMap\", \"group\": [{ \"source\": \"urn:old\" }] }",
                "1:43: the group maps nothing"
            ),
        ])
    func refused(map: String, problem: String) throws {
        let set = try SetOnDisk(SetOnDisk.observation(), conceptMaps: ["colours": map])
        #expect(set.problems.count == 1)
        #expect(set.problems.first?.hasSuffix(problem) ?? false)
    }
}
