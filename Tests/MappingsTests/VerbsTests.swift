import FHIR
import Foundation
import Mappings
import Testing

@Suite("The verbs of a mapping")
struct VerbsTests {
    private func map(_ mapping: String, _ json: JSONValue) throws -> MappingOutcome {
        let set = try SetOnDisk(mapping).load()
        return set.map(try Resource(json), in: MappingTests.context)
    }

    private func result(_ mapping: String, _ json: JSONValue) throws -> JSONValue? {
        guard case .mapped(let resource, _, _) = try map(mapping, json) else { return nil }
        return .object(resource.json)
    }

    @Test("keep copies what it names, choices in every type and primitives with their extensions")
    func keep() throws {
        let source: JSONValue = [
            "resourceType": "Observation", "id": "1", "status": "final", "_status": ["id": "s"],
            "valueBoolean": true, "note": [["text": "secret"]], "bodySite": ["text": "arm"],
        ]
        #expect(
            try result(SetOnDisk.observation(keep: "[status, \"value[x]\"]"), source) == [
                "resourceType": "Observation", "id": "1", "status": "final", "_status": ["id": "s"],
                "valueBoolean": true,
            ])
    }

    @Test("keep of an inner element leaves its neighbours behind, in every item of a list")
    func keepInner() throws {
        let source: JSONValue = [
            "resourceType": "Observation",
            "component": [
                ["code": ["text": "a"], "valueString": "x", "interpretation": [["text": "high"]]],
                ["interpretation": [["text": "low"]]],
            ],
        ]
        #expect(
            try result(SetOnDisk.observation(keep: "[component.code, \"component.value[x]\"]"), source) == [
                "resourceType": "Observation", "component": [["code": ["text": "a"], "valueString": "x"]],
            ])
    }

    @Test("a set item without a parent to stand in does nothing")
    func setNeedsParent() throws {
        let mapping = SetOnDisk.observation("set: [{ path: code.text, value: none }]")
        #expect(
            try result(mapping, ["resourceType": "Observation", "status": "final"])
                == ["resourceType": "Observation", "status": "final"])
    }

    @Test("set may read the source, the clinic and the payer")
    func variables() throws {
        let mapping = SetOnDisk.observation(
            """
            set:
              - { path: status, expr: "%source.note.text" }
              - { path: issued, expr: "%clinic.base & ' ' & %payer.name" }
            """)
        #expect(
            try result(mapping, ["resourceType": "Observation", "note": [["text": "kept back"]]]) == [
                "resourceType": "Observation", "status": "kept back",
                "issued": "https://clinic.example/fhir Example Health",
            ])
    }

    @Test("add appends an item to a list, once")
    func add() throws {
        let mapping = SetOnDisk.observation(keep: "[category]", "set: [{ path: category, add: { text: b } }]")
        let source: JSONValue = ["resourceType": "Observation", "category": [["text": "a"]]]
        let once: JSONValue = ["resourceType": "Observation", "category": [["text": "a"], ["text": "b"]]]
        #expect(try result(mapping, source) == once)
        #expect(try result(mapping, once) == once)
    }

    @Test(
        "what stands beside a primitive stays with its value and goes with it",
        arguments: [
            ("set: [{ path: status, expr: \"{}\" }]", #""status": "final", "_status": {"id": "s"}"#, ""),
            (
                "set: [{ path: status, value: amended }]", #""status": "final", "_status": {"id": "s"}"#,
                #""status": "amended""#
            ),
            (
                "set: [{ path: status, expr: status }]", #""status": "final", "_status": {"id": "s"}"#,
                #""status": "final", "_status": {"id": "s"}"#
            ),
            ("set: [{ path: status, expr: status }]", #""_status": {"id": "s"}"#, #""_status": {"id": "s"}"#),
            (
                "set: [{ path: category.coding.code, expr: code.upper() }]",
                #""category": [{"coding": [{"code": "a", "_code": {"id": "s"}}]}]"#,
                #""category": [{"coding": [{"code": "A"}]}]"#
            ),
        ])
    func companions(line: String, given: String, made: String) throws {
        func observation(_ elements: String) throws -> JSONValue {
            try JSONParser.parse("{\"resourceType\": \"Observation\"" + (elements.isEmpty ? "}" : ", \(elements)}"))
        }
        let mapping = SetOnDisk.observation(keep: "[status, category]", line)
        #expect(try result(mapping, observation(given)) == observation(made))
    }

    @Test("of a list each item keeps what stands beside it")
    func companionsOfItems() throws {
        let mapping = """
            mapping: thing
            from: Patient
            to: http://hl7.org/fhir/StructureDefinition/Patient|4.0.1
            about: A test.
            keep: [name]
            set: [{ path: name.given, expr: "given.where($this != 'Anna')" }]
            """
        let given = try JSONParser.parse(
            #"""
            {"resourceType": "Patient", "name": [{"given": ["Anna", "Joe"], "_given": [{"id": "a"}, {"id": "j"}]},
            {"given": ["Joe", "Anna"], "_given": [null, {"id": "a"}]}]}
            """#)
        let turned = mapping.replacing("given.where($this != 'Anna')", with: "given.last() | given.first()")
        let back = try JSONParser.parse(
            #"""
            {"resourceType": "Patient", "name": [{"given": ["Joe", "Anna"], "_given": [{"id": "j"}, {"id": "a"}]},
            {"given": ["Anna", "Joe"], "_given": [{"id": "a"}, null]}]}
            """#)
        #expect(try result(turned, given) == back)
        let made = try JSONParser.parse(
            #"{"resourceType": "Patient", "name": [{"given": ["Joe"], "_given": [{"id": "j"}]}, {"given": ["Joe"]}]}"#)

        #expect(try result(mapping, given) == made)
    }

    @Test("an expression that yields nothing leaves the element out")
    func emptyExpression() throws {
        let mapping = SetOnDisk.observation("set: [{ path: status, expr: code.text }]")
        #expect(
            try result(mapping, ["resourceType": "Observation", "status": "final"]) == ["resourceType": "Observation"])
    }

    @Test("an expression that fails on a resource fails that resource only, without its values")
    func failingExpression() throws {
        let mapping = SetOnDisk.observation(keep: "[category]", "set: [{ path: status, expr: category.text }]")
        let source: JSONValue = ["resourceType": "Observation", "category": [["text": "a"], ["text": "b"]]]
        #expect(
            try map(mapping, source)
                == .failed(mapping: "thing", requirement: "column 1: 'status' takes one value, not several"))
    }

    @Test(
        "rules that nobody here knows stop the resource",
        arguments: [
            ["resourceType": "Observation", "implicitRules": "http://example.org/rules"],
            ["resourceType": "Observation", "component": [["modifierExtension": [["url": "http://example.org/not"]]]]],
        ] as [JSONValue])
    func modifiers(source: JSONValue) throws {
        let outcome = try map(SetOnDisk.observation(keep: "[component]"), source)
        #expect(outcome.isFailure)
    }

    @Test("explain shows what was lost inside of an element, and values apart from names")
    func explainInside() throws {
        let set = try SetOnDisk(SetOnDisk.observation(keep: "[status, component.code]")).load()
        let source = try Resource([
            "resourceType": "Observation", "status": "final",
            "component": [["code": ["text": "a"], "valueString": "secret"]],
        ])
        let steps = set.explain(source, in: MappingTests.context).steps
        #expect(
            steps.map { "\($0.subject): \($0.note)" } == [
                "status: kept", "component: kept in part", "component.valueString: dropped",
            ])
        #expect(steps.map(\.value) == ["final", [["code": ["text": "a"]]], nil])
    }

    @Test(
        "explain tells how much of a list a line left out, and when it changed nothing",
        arguments: [
            (["a", "b"], "set identifier: 1 of 2 left out"), (["b"], "set identifier: unchanged"),
            (["a"], "set identifier: left out"), ([], "set identifier: unchanged"),
        ] as [([String], String)])
    func explainFilter(values: [String], words: String) throws {
        let mapping = SetOnDisk.observation(
            keep: "[identifier]", "set: [{ path: identifier, expr: \"identifier.where(value != 'a')\" }]")
        let set = try SetOnDisk(mapping).load()
        var source: JSONObject = ["resourceType": "Observation"]
        if !values.isEmpty { source["identifier"] = .array(values.map { ["value": .string($0)] }) }
        let steps = set.explain(try Resource(.object(source)), in: MappingTests.context).steps
        #expect(steps.filter { $0.verb == .set }.map { "\($0.verb) \($0.subject): \($0.note)" } == [words])
    }

    @Test("a type without a mapping is unmapped")
    func unmapped() throws {
        #expect(try map(SetOnDisk.observation(), ["resourceType": "Device"]) == .unmapped)
    }

    @Test("explain tells what each line did, in the order of the verbs, without values")
    func explain() throws {
        let mapping = SetOnDisk.observation(
            when: "status = 'final'",
            """
            set: [{ path: issued, value: now }]
            require: [{ that: code.exists(), else: no code }]
            """)
        let set = try SetOnDisk(mapping).load()
        let source = try Resource(["resourceType": "Observation", "status": "final", "note": [["text": "secret"]]])
        let steps = set.explain(source, in: MappingTests.context).steps
        #expect(
            steps.map { "\($0.verb) \($0.subject): \($0.note)" } == [
                "when status = 'final': true", "keep status: kept", "keep note: dropped", "set issued: set",
                "require code.exists(): fails: no code",
            ])
        #expect(
            steps.map { $0.place.split(separator: "/").last } == [
                "thing.yaml:5", "thing.yaml:6", "thing.yaml:6", "thing.yaml:7", "thing.yaml:8",
            ])
    }

    @Test("the hash changes with any byte that decides a result, and only then")
    func hash() throws {
        let one = try SetOnDisk(SetOnDisk.observation())
        let before = try one.load().hash
        try one.write("mapping: thing\ncases: []\n", to: one.directory + "/thing.test.yaml")
        #expect(try one.load().hash == before)
        try one.write(SetOnDisk.observation() + "\n", to: one.directory + "/thing.yaml")
        #expect(try one.load().hash != before)
    }
}

extension MappingOutcome {
    fileprivate var isFailure: Bool {
        if case .failed = self { true } else { false }
    }
}
