import FHIR
import Testing

@testable import Conformance

@Suite("A resource held against a profile")
struct ValidatorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let rule: String
        let path: String
        let json: String
        var profile: [String] = []
        var testDescription: String { "\(rule) \(json.prefix(60))" }
    }

    private static let visit = [SmallGuide.visit]
    private static let one = #"{"coding": [{"system": "s", "code": "one"}]}"#

    @Test(
        "that conforms has no finding",
        arguments: [
            #""status": "finished""#,
            #""status": "finished", "class": {"system": "http://example.org/cs", "code": "a1"}"#,
            #""status": "finished", "_status": {"extension": [{"url": "http://example.org/cs/x", "valueString": "s"}]}"#,
            #""status": "finished", "subject": {"reference": "Patient/1"}, "lengthInteger": 5"#,
            #""status": "finished", "extension": [{"url": "http://example.org/note", "valueString": "s"}]"#,
            #""status": "finished", "period": {"start": "2026-11-25T16:00:00.5+01:00", "end": "2026-11"}"#,
        ])
    func conforms(elements: String) throws {
        let report = SmallGuide.validator.validate(try Self.encounter(elements))

        #expect(report.findings.filter { $0.severity != .information } == [])
        #expect(report.profiles == ["http://hl7.org/fhir/StructureDefinition/Encounter|1.0.0"])
    }

    @Test("that does not conform has the finding, at its place", arguments: cases)
    func broken(_ broken: Case) throws {
        let report = SmallGuide.validator.validate(try Self.encounter(broken.json), against: broken.profile)

        let places = report.findings.map { "\($0.rule) \($0.path)" }
        #expect(places.contains("\(broken.rule) \(broken.path)"), "\(places)")
    }

    @Test("that has an element of which nobody can say whether it is in a slice is not short of that slice")
    func undecided() throws {
        let report = SmallGuide.validator.validate(
            try Self.encounter(#""status": "a", "reasonCode": [{"coding": [{"system": "s", "code": "x"}]}]"#),
            against: [SmallGuide.sorted])

        #expect(report.isConformant)
        #expect(report.findings.map(\.rule).contains("slice.not-checked"))
    }

    @Test("slices are told apart by what is their own, and keep what is said of the sliced element")
    func told() throws {
        func report(_ text: String) throws -> ConformanceReport {
            let types = ["a1", "b"].map {
                #"{"coding": [{"system": "http://example.org/cs", "code": "\#($0)"}], "text": "\#(text)"}"#
            }
            return SmallGuide.validator.validate(
                try Self.encounter(#""status": "a", "type": [\#(types.joined(separator: ", "))]"#),
                against: [SmallGuide.told])
        }

        #expect(try report("t").findings.filter { $0.severity == .error } == [])
        #expect(try report("u").findings.map(\.rule).contains("value.pattern"))
    }

    @Test("quantities of different units are not compared")
    func units() {
        func quantity(_ value: Int, code: String?, unit: String?) -> JSONValue {
            var object: JSONObject = ["value": .number(JSONNumber(value))]
            object["code"] = code.map { .string($0) }
            object["unit"] = unit.map { .string($0) }
            return .object(object)
        }
        let grams = quantity(10, code: "g", unit: nil)

        #expect(grams.isLess(than: quantity(500, code: "kg", unit: nil)) == nil)
        #expect(grams.isLess(than: quantity(500, code: "g", unit: "gram")) == true)
        #expect(quantity(10, code: nil, unit: "g").isLess(than: quantity(500, code: nil, unit: "kg")) == nil)
        #expect(quantity(10, code: nil, unit: "g").isLess(than: quantity(500, code: nil, unit: "g")) == true)
    }

    private static let cases: [Case] = [
        Case(
            rule: "invariant.own-2", path: "Encounter.type[0]",
            json:
                #""status": "a", "type": [{"coding": [{"system": "s", "code": "one"}, {"code": "b"}, {"code": "c"}]}]"#,
            profile: visit),
        Case(
            rule: "slice.max", path: "Encounter.type",
            json: #""status": "a", "type": [\#(one), \#(one), \#(one)]"#, profile: [SmallGuide.sorted]),
        Case(rule: "slice.min", path: "Encounter.reasonCode", json: #""status": "a""#, profile: [SmallGuide.sorted]),
        Case(rule: "cardinality.min", path: "Encounter.status", json: #""id": "1""#),
        Case(rule: "json.array", path: "Encounter.status", json: #""status": ["a"]"#),
        Case(rule: "json.array", path: "Encounter.extension", json: #""status": "a", "extension": {"url": "x"}"#),
        Case(rule: "json.empty", path: "Encounter.extension", json: #""status": "a", "extension": []"#),
        Case(rule: "json.empty", path: "Encounter.period", json: #""status": "a", "period": {}"#),
        Case(rule: "json.null", path: "Encounter.status", json: #""status": null"#),
        Case(rule: "json.type", path: "Encounter.period", json: #""status": "a", "period": "2026""#),
        Case(rule: "json.type", path: "Encounter.status", json: #""status": 5"#),
        Case(rule: "json.type", path: "Encounter.lengthInteger", json: #""status": "a", "lengthInteger": "5""#),
        Case(rule: "primitive.format", path: "Encounter.lengthInteger", json: #""status": "a", "lengthInteger": 5.5"#),
        Case(rule: "primitive.format", path: "Encounter.status", json: #""status": " a""#),
        Case(rule: "primitive.format", path: "Encounter.period.start", json: #""period": {"start": "2026-02-29"}"#),
        Case(rule: "element.unknown", path: "Encounter.colour", json: #""status": "a", "colour": "red""#),
        Case(rule: "element.unknown", path: "Encounter.?", json: #""status": "a", "Jane Doe": "red""#),
        Case(rule: "choice.type", path: "Encounter.lengthBoolean", json: #""status": "a", "lengthBoolean": true"#),
        Case(rule: "choice.several", path: "Encounter.lengthString", json: #""lengthInteger": 1, "lengthString": "s""#),
        Case(rule: "value.min", path: "Encounter.lengthInteger", json: #""status": "a", "lengthInteger": -1"#),
        Case(rule: "value.max", path: "Encounter.lengthInteger", json: #""status": "a", "lengthInteger": 100"#),
        Case(rule: "invariant.own-1", path: "Encounter.period", json: #""status": "a", "period": {"end": "2026"}"#),
        Case(
            rule: "binding.required", path: "Encounter.class",
            json: #""class": {"system": "http://example.org/cs", "code": "b"}"#),
        Case(rule: "binding.required", path: "Encounter.class", json: #""class": {"code": "a"}"#),
        Case(
            rule: "binding.extensible", path: "Encounter.serviceType",
            json: #""serviceType": {"coding": [{"system": "http://example.org/cs", "code": "b"}]}"#),
        Case(
            rule: "binding.not-checked", path: "Encounter.priority",
            json: #""priority": {"coding": [{"system": "s", "code": "b"}]}"#),
        Case(rule: "reference.type", path: "Encounter.subject", json: #""subject": {"reference": "Group/1"}"#),
        Case(rule: "reference.contained", path: "Encounter.subject", json: ##""subject": {"reference": "#p"}"##),
        Case(
            rule: "contained.unreferenced", path: "Encounter.contained[0]",
            json: #""contained": [{"resourceType": "Encounter", "id": "p", "status": "a"}]"#),
        Case(
            rule: "cardinality.min", path: "Encounter.contained[0].status",
            json: #""contained": [{"resourceType": "Encounter", "id": "p"}]"#),
        Case(
            rule: "extension.unknown-modifier", path: "Encounter.modifierExtension[0]",
            json: #""modifierExtension": [{"url": "http://example.org/x", "valueString": "s"}]"#),
        Case(
            rule: "choice.type", path: "Encounter.extension[0].valueCode",
            json: #""extension": [{"url": "http://example.org/note", "valueCode": "s"}]"#),
        Case(
            rule: "extension.context", path: "Encounter.status.extension[0]",
            json: #""status": "a", "_status": {"extension": [{"url": "http://example.org/note", "valueString": "s"}]}"#),
        Case(
            rule: "extension.value", path: "Encounter.extension[0]",
            json: #""extension": [{"url": "http://example.org/x"}]"#),
        Case(rule: "slice.min", path: "Encounter.type", json: #""type": [{"text": "t"}]"#, profile: visit),
        Case(rule: "slice.closed", path: "Encounter.type[0]", json: #""type": [{"text": "t"}]"#, profile: visit),
        Case(
            rule: "slice.max", path: "Encounter.type",
            json:
                #""type": [{"coding": [{"system": "s", "code": "one"}]}, {"coding": [{"system": "s", "code": "one"}]}]"#,
            profile: visit),
        Case(
            rule: "slice.order", path: "Encounter.type[1]",
            json:
                #""type": [{"coding": [{"system": "s", "code": "two"}]}, {"coding": [{"system": "s", "code": "one"}]}]"#,
            profile: visit),
        Case(
            rule: "profile.not-checked", path: "Encounter", json: #""status": "a""#, profile: ["http://example.org/?"]),
        Case(
            rule: "profile.type", path: "Encounter", json: #""status": "a""#,
            profile: ["http://hl7.org/fhir/StructureDefinition/Period"]),
    ]

    @Test("is held against what it claims, and what it claims in vain is not repeated")
    func claims() throws {
        let encounter = try Self.encounter(
            #""status": "a", "meta": {"profile": ["\#(SmallGuide.visit)", "http://example.org/Jane"]}"#)

        let report = SmallGuide.validator.validate(encounter)

        #expect(report.profiles == ["http://example.org/visit|1.0.0"])
        #expect(report.findings.map(\.rule) == ["cardinality.min", "profile.not-checked"])
        #expect(!report.findings.contains { $0.message.contains("Jane") })
    }

    @Test("is never quoted by a finding", arguments: cases)
    func canary(_ broken: Case) throws {
        let spoilt = broken.json.replacing(#""s""#, with: #""Canary""#).replacing("2026", with: "Canary")
        let report = SmallGuide.validator.validate(try Self.encounter(spoilt), against: broken.profile)

        #expect(!report.findings.contains { "\($0.message) \($0.path) \($0.advice)".contains("Canary") })
        #expect(!report.findings.contains { "\($0.message) \($0.path)".contains("Jane") })
    }

    @Test("that is no resource is an error")
    func noResource() {
        #expect(SmallGuide.validator.validate(["resourceType": "Visit"]).errors.map(\.rule) == ["resource.type"])
        #expect(SmallGuide.validator.validate([1]).errors.map(\.rule) == ["resource.type"])
    }

    private static func encounter(_ elements: String) throws -> JSONValue {
        try JSONParser.parse(#"{"resourceType": "Encounter", \#(elements)}"#)
    }
}
