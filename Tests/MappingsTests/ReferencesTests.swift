import FHIR
import Foundation
import Mappings
import Synchronization
import Testing

@Suite("Expressions that look beyond the resource")
struct ReferencesTests {
    private static let visit: JSONValue = [
        "resourceType": "Encounter", "id": "v1", "class": ["code": "AMB"],
        "serviceProvider": ["reference": "Organization/o1"],
    ]
    private static let observation: JSONValue = [
        "resourceType": "Observation", "id": "1", "status": "final", "encounter": ["reference": "Encounter/v1"],
    ]

    /// Counts the lookups, and finds the visit and its organization.
    private final class Shelf: Sendable {
        let asked = Mutex<[String]>([])
        let resources: [String: JSONValue]

        init(_ resources: [String: JSONValue] = ["Encounter/v1": visit]) {
            self.resources = resources
        }

        func resource(_ reference: String) -> Resource? {
            asked.withLock { $0.append(reference) }
            return resources[reference].flatMap { try? Resource($0) }
        }
    }

    private static func map(_ mapping: String, _ json: JSONValue, _ shelf: Shelf) throws -> MappingOutcome {
        let set = try SetOnDisk(mapping).load()
        return set.map(try Resource(json), in: MappingTests.context.resolving { shelf.resource($0) })
    }

    @Test(
        "when, if and require see what a reference leads to, and what that refers to",
        arguments: [
            SetOnDisk.observation(when: "encounter.resolve().class.code = 'AMB'", keep: "[status]"),
            SetOnDisk.observation(
                when: "encounter.resolve().serviceProvider.resolve().name = 'North'", keep: "[status]"),
            SetOnDisk.observation(
                keep: "[status]",
                "require: [{ that: \"%source.encounter.resolve().class.code = 'AMB'\", else: no }]"),
            SetOnDisk.observation(
                keep: "[encounter]",
                "set: [{ path: status, if: encounter.resolve().class.code = 'AMB', value: final }]"),
        ])
    func resolve(mapping: String) throws {
        let shelf = Shelf([
            "Encounter/v1": Self.visit, "Organization/o1": ["resourceType": "Organization", "name": "North"],
        ])

        let found = try Self.map(mapping, Self.observation, shelf)
        let lost = try Self.map(mapping, Self.observation, Shelf([:]))

        #expect(found.mapped?["status"] == "final")
        #expect(lost.mapped?["status"] != "final")
    }

    @Test("what is contained is found by every verb, also after keep, and from what is contained beside it")
    func contained() throws {
        let mapping = SetOnDisk.observation(
            when: "performer.resolve().name = 'North'", keep: "[performer]",
            """
            set: [{ path: status, expr: "performer.resolve().partOf.resolve().name" }]
            require: [{ that: "performer.resolve().exists()", else: nobody }]
            """)
        let source: JSONValue = [
            "resourceType": "Observation", "performer": [["reference": "#a"]],
            "contained": [
                ["resourceType": "Organization", "id": "a", "name": "North", "partOf": ["reference": "#b"]],
                ["resourceType": "Organization", "id": "b", "name": "South"],
            ],
        ]

        let outcome = try Self.map(mapping, source, Shelf())

        #expect(outcome.mapped?["status"] == "South")
    }

    @Test("a contained resource may ask for what is contained beside it")
    func insideContained() throws {
        let set = try SetOnDisk(SetOnDisk.observation(keep: "[hasMember, note]"), listed: "[thing, inner]")
        try set.write(
            """
            mapping: inner
            from: Organization
            to: http://hl7.org/fhir/StructureDefinition/Organization|4.0.1
            about: A test.
            when: partOf.resolve().name = 'South'
            keep: [name]
            """, to: set.directory + "/inner.yaml")
        let source = try Resource([
            "resourceType": "Observation", "note": [["authorReference": ["reference": "#a"]]],
            "contained": [
                ["resourceType": "Organization", "id": "a", "name": "North", "partOf": ["reference": "#b"]],
                ["resourceType": "Organization", "id": "b", "name": "South"],
            ],
        ])

        let outcome = try set.load().map(source, in: MappingTests.context)

        #expect(outcome.mapped?["contained"]?[0]?["name"] == "North")
    }

    @Test("a set that follows no reference asks for none, and says so")
    func idle() throws {
        let shelf = Shelf()
        let set = try SetOnDisk(SetOnDisk.observation(when: "status = 'final'")).load()

        _ = set.map(try Resource(Self.observation), in: MappingTests.context.resolving { shelf.resource($0) })

        #expect(!set.readsReferences)
        #expect(set.valueSets == [])
        #expect(shelf.asked.withLock(\.self) == [])
    }

    @Test("one reference is looked up once for a resource, whichever expressions follow it")
    func once() throws {
        let shelf = Shelf()
        let mapping = SetOnDisk.observation(
            when: "encounter.resolve().exists() and encounter.resolve().class.exists()", keep: "[encounter]",
            "require: [{ that: encounter.resolve().exists(), else: no }]")

        #expect(try Self.map(mapping, Self.observation, shelf).mapped != nil)
        #expect(shelf.asked.withLock(\.self) == ["Encounter/v1"])
    }

    @Test("a resource that follows more references than are allowed is not sent, rather than half understood")
    func tooMany() throws {
        let shelf = Shelf()
        let mapping = SetOnDisk.observation(
            keep: "[hasMember]", "require: [{ that: hasMember.resolve().empty(), else: no }]")
        func panel(_ count: Int) -> JSONValue {
            [
                "resourceType": "Observation",
                "hasMember": .array((0..<count).map { ["reference": .string("Observation/\($0)")] }),
            ]
        }

        #expect(try Self.map(mapping, panel(100), shelf).mapped != nil)
        #expect(
            try Self.map(mapping, panel(101), shelf)
                == .failed(mapping: "thing", requirement: "it follows more references than 100"))
        #expect(shelf.asked.withLock(\.count) == 200)
    }

    @Test("memberOf answers what is known of the value set, and the set says which ones it asks for")
    func memberOf() throws {
        let mapping = SetOnDisk.observation(
            when: "code.memberOf('http://example.org/vs/sugar')", keep: "[status]",
            "require: [{ that: \"%source.code.coding.first().memberOf('http://example.org/vs/other').not()\", else: no }]"
        )
        let set = try SetOnDisk(mapping).load()
        let context = MappingTests.context.knowing { value, url in
            url.hasSuffix("/sugar") && (value["coding"]?[0] ?? value)["code"] == "2339-0"
        }
        func outcome(_ code: JSONValue) throws -> MappingOutcome {
            let source: JSONValue = [
                "resourceType": "Observation", "status": "final", "code": ["coding": [["code": code]]],
            ]
            return set.map(try Resource(source), in: context)
        }

        #expect(set.valueSets == ["http://example.org/vs/other", "http://example.org/vs/sugar"])
        #expect(try outcome("2339-0").mapped != nil)
        #expect(try outcome("1-8") == .skipped(mapping: "thing"))
    }

    @Test("a value set has to be written out, so that it can be looked up before the first resource")
    func writtenOut() throws {
        #expect(
            try SetOnDisk(SetOnDisk.observation(when: "code.memberOf(%payer.name)")).problems == [
                "thing.yaml:5:7: memberOf() takes the URL of a value set, written out as a text"
            ])
    }

    @Test("a case of a test has beside it what its references lead to")
    func beside() throws {
        let set = try SetOnDisk(
            SetOnDisk.observation(when: "encounter.resolve().class.code = 'AMB'", keep: "[status]"))
        try set.write(
            """
            mapping: thing
            cases:
              - case: at a visit
                given: { resourceType: Observation, status: final, encounter: { reference: Encounter/v1 } }
                beside: [{ resourceType: Encounter, id: v1, class: { code: AMB } }]
                outcome: mapped
              - case: at no visit that anybody knows
                given: { resourceType: Observation, status: final, encounter: { reference: Encounter/v1 } }
                outcome: skipped
            """, to: set.directory + "/thing.test.yaml")

        let results = try MappingTests.run(set.load(), directory: set.directory)

        #expect(results.map(\.problem) == [nil, nil])
    }
}

extension MappingOutcome {
    fileprivate var mapped: Resource? {
        if case .mapped(let resource, _, _) = self { resource } else { nil }
    }
}
