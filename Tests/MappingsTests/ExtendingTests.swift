import FHIR
import Mappings
import Testing

@Suite("Sets and mappings that extend others")
struct ExtendingTests {
    private let folders = try? SetFamily()

    private func map(_ folders: SetFamily, _ set: String, _ json: JSONValue) throws -> MappingOutcome {
        try folders.load(set).map(Resource(json), in: MappingTests.context)
    }

    @Test("a mapping without a file comes from the set that is extended, and claims the version of this one")
    func inherited() throws {
        let folders = try #require(folders)
        try folders.write("parent", mappings: ["thing": SetFamily.thing("1.0.0")], target: "guide#1.0.0")
        try folders.write("child", mappings: [:], listed: ["thing"], target: "guide#2.0.0", extends: "parent")
        let outcome = try map(folders, "child", ["resourceType": "Observation", "status": "final"])
        #expect(outcome.profile == "http://example.org/thing|2.0.0")
    }

    @Test("the version stays when the target is another guide")
    func otherGuide() throws {
        let folders = try #require(folders)
        try folders.write("parent", mappings: ["thing": SetFamily.thing("1.0.0")], target: "guide#1.0.0")
        try folders.write("child", mappings: [:], listed: ["thing"], target: "other#2.0.0", extends: "parent")
        let outcome = try map(folders, "child", ["resourceType": "Observation", "status": "final"])
        #expect(outcome.profile == "http://example.org/thing|1.0.0")
    }

    @Test("a mapping that extends adds to what it extends: both conditions, all elements, all requirements")
    func adds() throws {
        let folders = try #require(folders)
        try folders.write("parent", mappings: ["thing": SetFamily.thing("1.0.0")], target: "guide#1.0.0")
        let child = "mapping: child\nextends: thing\nabout: More.\nwhen: code.exists()\nkeep: [code]\n"
        try folders.write("child", mappings: ["thing": child], target: "guide#2.0.0", extends: "parent")
        let whole: JSONValue = ["resourceType": "Observation", "status": "final", "code": ["text": "a"]]
        #expect(
            try map(folders, "child", whole).result == [
                "resourceType": "Observation", "status": "final", "code": ["text": "a"],
                "meta": ["profile": ["http://example.org/thing|2.0.0"]],
            ])
        #expect(
            try map(folders, "child", ["resourceType": "Observation", "status": "final"]) == .skipped(mapping: "child"))
        #expect(
            try map(folders, "child", ["resourceType": "Observation", "code": ["text": "a"]])
                == .skipped(mapping: "child"))
    }

    @Test("the hash of a set covers the files of the set that it extends")
    func hash() throws {
        let folders = try #require(folders)
        try folders.write("parent", mappings: ["thing": SetFamily.thing("1.0.0")], target: "guide#1.0.0")
        try folders.write("child", mappings: [:], listed: ["thing"], target: "guide#2.0.0", extends: "parent")
        let before = try folders.load("child").hash
        try folders.write(
            "parent", mappings: ["thing": SetFamily.thing("1.0.0") + "require: []\n"], target: "guide#1.0.0")
        #expect(try folders.load("child").hash != before)
    }

    @Test("a set that extends itself by way of another is refused")
    func cycle() throws {
        let folders = try #require(folders)
        try folders.write("parent", mappings: [:], target: "guide#1.0.0", extends: "child")
        try folders.write("child", mappings: [:], target: "guide#2.0.0", extends: "parent")
        #expect(
            folders.problems(of: "child") == [
                "parent/set.yaml:5:10: a set cannot extend itself: child → parent → child"
            ])
    }

    @Test("a set that is not there is refused with the one that was probably meant")
    func missing() throws {
        let folders = try #require(folders)
        try folders.write("parent", mappings: [:], target: "guide#1.0.0")
        try folders.write("child", mappings: [:], target: "guide#2.0.0", extends: "parrent")
        #expect(
            folders.problems(of: "child") == [
                "child/set.yaml:5:10: there is no set 'parrent' beside this one — did you mean 'parent'?"
            ])
    }

    @Test("a mapping that extends itself, or another one's type, is refused")
    func mappingCycle() throws {
        let folders = try #require(folders)
        let one = "mapping: one\nextends: two\nabout: x\n"
        let two = "mapping: two\nextends: one\nabout: x\n"
        try folders.write("set", mappings: ["one": one, "two": two], target: "guide#1.0.0")
        #expect(
            folders.problems(of: "set").first
                == "set/two.yaml:2:10: a mapping cannot extend itself, not by way of others either")
        let other = "mapping: one\nextends: two\nfrom: Patient\nabout: x\n"
        try folders.write("set", mappings: ["one": other, "two": SetFamily.thing("1.0.0")], target: "guide#1.0.0")
        #expect(
            folders.problems(of: "set") == [
                "set/one.yaml:3:7: what this extends is from Observation — did you mean 'Observation'?"
            ])
    }

    @Test("two sets differ by the files and the lines that only one of them has")
    func difference() throws {
        let folders = try #require(folders)
        try folders.write("parent", mappings: ["thing": SetFamily.thing("1.0.0")], target: "guide#1.0.0")
        let child = "mapping: child\nextends: thing\nabout: More.\nkeep: [code]\n"
        let own = SetFamily.thing("1.0.0").replacing("mapping: thing", with: "mapping: own")
        try folders.write(
            "child", mappings: ["thing": child, "own": own], target: "guide#2.0.0", extends: "parent")
        let difference = MappingDifference(from: try folders.load("parent"), to: try folders.load("child"))
        #expect(difference.added == ["own"])
        #expect(difference.removed == [])
        #expect(
            difference.lines.map { "\($0.isAdded ? "+" : "-") \($0.verb) \($0.text)" } == [
                "- to http://example.org/thing|1.0.0", "+ to http://example.org/thing|2.0.0", "+ keep code",
            ])
    }

    @Test("two sets differ by the order of what works one after the other")
    func order() throws {
        let folders = try #require(folders)
        let (one, two) = ("{ path: status, value: a }", "{ path: status, value: b }")
        let thing = SetFamily.thing("1.0.0")
        let other = thing.replacing("mapping: thing", with: "mapping: other")
        try folders.write(
            "first", mappings: ["thing": thing + "set: [\(one), \(two)]\n", "other": other],
            listed: ["thing", "other"], target: "guide#1.0.0")
        try folders.write(
            "second", mappings: ["thing": thing + "set: [\(two), \(one)]\n", "other": other],
            listed: ["other", "thing"], target: "guide#1.0.0")

        let difference = MappingDifference(from: try folders.load("first"), to: try folders.load("second"))

        #expect(difference.lines == [])
        #expect(difference.reordered.map { [$0.mapping, $0.what] } == [[nil, "Observation"], ["thing", "set"]])
        #expect(!difference.isEmpty)
        #expect(MappingDifference(from: try folders.load("first"), to: try folders.load("first")).isEmpty)
    }
}

extension MappingOutcome {
    fileprivate var profile: String? {
        guard case .mapped(_, let profile, _) = self else { return nil }
        return profile
    }

    fileprivate var result: JSONValue? {
        guard case .mapped(let resource, _, _) = self else { return nil }
        return .object(resource.json)
    }
}
