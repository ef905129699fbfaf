import FHIR
import FHIRPath

@testable import Conformance

/// A guide of our own, small enough to be read: FHIR's types are cut down to what the tests need.
enum SmallGuide {
    static let manifest = #"{"name": "hl7.fhir.r4.core", "version": "4.0.1"}"#

    static let archive = Archive.tgz(
        [("package/package.json", manifest)]
            + definitions.enumerated().map { ("package/definition-\($0.offset).json", $0.element) })

    static let validator = Validator(PackageSet([try? IGPackage(archive: archive, named: "small")].compactMap { $0 }))

    /// The profile of ``validator(holding:)``.
    static let asking = "http://example.org/asks"

    /// The guide, and a profile of Encounter with one rule.
    static func validator(holding expression: String) throws -> Validator {
        var sheet = SheetElement("Encounter")
        sheet.hold(
            [], Invariant(key: "own-9", isError: true, human: "", expression: try PathExpression(expression)))
        let profile = CompiledProfile(sheet: sheet.rule(at: "Encounter"), canonical: asking, type: "Encounter")
        return Validator(
            validator.packages, sheets: ProfileSheets(hash: "", profiles: [asking: profile], valueSets: [:]))
    }

    static let visit = "http://example.org/visit"
    /// A profile with slices of a slice, and with slices that cannot be distinguished.
    static let sorted = "http://example.org/sorted"
    /// A profile whose slices are distinguished by codes, and with rules that are stated only on the sliced element.
    static let told = "http://example.org/told"

    private static let definitions =
        [
            structure("Element", [("extension", "0", "*", #"[{"code": "Extension"}]"#, "")]),
            structure(
                "Extension",
                [
                    ("extension", "0", "*", #"[{"code": "Extension"}]"#, ""),
                    ("url", "1", "1", #"[{"code": "uri"}]"#, ""),
                    ("value[x]", "0", "1", #"[{"code": "string"}, {"code": "code"}]"#, ""),
                ]),
            structure(
                "Coding",
                [("system", "0", "1", #"[{"code": "uri"}]"#, ""), ("code", "0", "1", #"[{"code": "code"}]"#, "")]),
            structure(
                "CodeableConcept",
                [("coding", "0", "*", #"[{"code": "Coding"}]"#, ""), ("text", "0", "1", #"[{"code": "string"}]"#, "")]),
            structure("Reference", [("reference", "0", "1", #"[{"code": "string"}]"#, "")]),
            structure(
                "Period",
                [
                    ("start", "0", "1", #"[{"code": "dateTime"}]"#, ""),
                    ("end", "0", "1", #"[{"code": "dateTime"}]"#, ""),
                ]
            ),
            structure("Meta", [("profile", "0", "*", #"[{"code": "canonical"}]"#, "")]),
            structure("Encounter", visitElements),
            structure("Encounter", visitElements + slicedElements, url: visit),
            structure("Encounter", visitElements + sortedElements, url: sorted),
            structure("Encounter", visitElements + toldElements, url: told),
            structure(
                "Extension",
                [
                    ("url", "1", "1", #"[{"code": "uri"}]"#, #", "fixedUri": "http://example.org/note""#),
                    ("value[x]", "1", "1", #"[{"code": "string"}]"#, ""),
                ],
                url: "http://example.org/note", more: #", "context": [{"type": "element", "expression": "Encounter"}]"#),
            """
            {"resourceType": "ValueSet", "url": "http://example.org/vs", "version": "1", "compose": {"include": [
            {"system": "http://example.org/cs", "filter": [{"property": "concept", "op": "is-a", "value": "a"}]}]}}
            """,
            """
            {"resourceType": "ValueSet", "url": "http://example.org/b", "version": "1", "compose": {"include": [
            {"system": "http://example.org/cs", "concept": [{"code": "b"}]}]}}
            """,
            """
            {"resourceType": "CodeSystem", "url": "http://example.org/cs", "version": "1", "content": "complete",
            "concept": [{"code": "a", "concept": [{"code": "a1"}]}, {"code": "b"}]}
            """,
        ]

    private typealias Line = (name: String, min: String, max: String, types: String, more: String)

    private static let visitElements: [Line] = [
        ("id", "0", "1", #"[{"code": "id"}]"#, ""), ("meta", "0", "1", #"[{"code": "Meta"}]"#, ""),
        ("contained", "0", "*", #"[{"code": "Resource"}]"#, ""),
        ("extension", "0", "*", #"[{"code": "Extension"}]"#, ""),
        ("modifierExtension", "0", "*", #"[{"code": "Extension"}]"#, ""),
        ("status", "1", "1", #"[{"code": "code"}]"#, ""),
        (
            "class", "0", "1", #"[{"code": "Coding"}]"#,
            #", "binding": {"strength": "required", "valueSet": "http://example.org/vs"}"#
        ),
        (
            "serviceType", "0", "1", #"[{"code": "CodeableConcept"}]"#,
            #", "binding": {"strength": "extensible", "valueSet": "http://example.org/vs"}"#
        ),
        (
            "priority", "0", "1", #"[{"code": "CodeableConcept"}]"#,
            #", "binding": {"strength": "required", "valueSet": "http://example.org/elsewhere"}"#
        ),
        (
            "subject", "0", "1",
            #"[{"code": "Reference", "targetProfile": ["http://hl7.org/fhir/StructureDefinition/Patient"]}]"#, ""
        ),
        (
            "period", "0", "1", #"[{"code": "Period"}]"#,
            #", "constraint": [{"key": "own-1", "severity": "error", "human": "begins", "expression": "start.exists()"}]"#
        ),
        (
            "length[x]", "0", "1", #"[{"code": "integer"}, {"code": "string"}]"#,
            #", "minValueInteger": 0, "maxValueInteger": 99"#
        ),
    ]

    /// Snapshots state such a rule on the element, and omit it in its slices.
    private static let fewCodings =
        #""constraint": [{"key": "own-2", "severity": "error", "human": "few", "expression": "coding.count() < 3"}]"#

    private static let sortedElements: [Line] = [
        (
            "type", "0", "*", #"[{"code": "CodeableConcept"}]"#,
            #", "slicing": {"rules": "open", "discriminator": [{"type": "pattern", "path": "$this"}]}"#
        ),
        (
            "type", "0", "*", #"[{"code": "CodeableConcept"}]"#,
            #", "sliceName": "s", "patternCodeableConcept": {"coding": [{"system": "s"}]}, "#
                + #""slicing": {"rules": "open", "discriminator": [{"type": "pattern", "path": "$this"}]}"#
        ),
        (
            "type", "0", "1", #"[{"code": "CodeableConcept"}]"#,
            #", "sliceName": "s/one", "patternCodeableConcept": {"coding": [{"system": "s", "code": "one"}]}"#
        ),
        (
            "reasonCode", "0", "*", #"[{"code": "CodeableConcept"}]"#,
            #", "slicing": {"rules": "open", "discriminator": [{"type": "value", "path": "$this"}]}"#
        ),
        (
            "reasonCode", "1", "1", #"[{"code": "CodeableConcept"}]"#,
            #", "sliceName": "why", "binding": {"strength": "required", "valueSet": "http://example.org/elsewhere"}"#
        ),
    ]

    private static let toldElements: [Line] = [
        (
            "type", "0", "*", #"[{"code": "CodeableConcept"}]"#,
            #", "patternCodeableConcept": {"text": "t"}, "#
                + #""slicing": {"rules": "closed", "discriminator": [{"type": "value", "path": "$this"}]}"#
        ),
        (
            "type", "1", "1", #"[{"code": "CodeableConcept"}]"#,
            #", "sliceName": "a", "binding": {"strength": "required", "valueSet": "http://example.org/vs"}"#
        ),
        (
            "type", "1", "1", #"[{"code": "CodeableConcept"}]"#,
            #", "sliceName": "b", "binding": {"strength": "required", "valueSet": "http://example.org/b"}"#
        ),
    ]

    private static let slicedElements: [Line] = [
        (
            "type", "1", "*", #"[{"code": "CodeableConcept"}]"#,
            #", "slicing": {"rules": "closed", "ordered": true, "discriminator": [{"type": "pattern", "path": "$this"}]}, \#(fewCodings)"#
        ),
        (
            "type", "1", "1", #"[{"code": "CodeableConcept"}]"#,
            #", "sliceName": "first", "patternCodeableConcept": {"coding": [{"system": "s", "code": "one"}]}"#
        ),
        (
            "type", "0", "1", #"[{"code": "CodeableConcept"}]"#,
            #", "sliceName": "second", "patternCodeableConcept": {"coding": [{"system": "s", "code": "two"}]}"#
        ),
    ]

    private static func structure(_ type: String, _ lines: [Line], url: String? = nil, more: String = "") -> String {
        let elements = lines.map { line in
            """
            , {"path": "\(type).\(line.name)", "min": \(line.min), "max": "\(line.max)", \
            "base": {"max": "\(["type", "reasonCode"].contains(line.name) ? "*" : line.max)"}, "type": \(line.types)\(line.more)}
            """
        }
        return """
            {"resourceType": "StructureDefinition", "url": "\(url ?? "http://hl7.org/fhir/StructureDefinition/\(type)")",
            "version": "1.0.0", "type": "\(type)"\(more), "snapshot": {"element": [
            {"path": "\(type)", "min": 0, "max": "*"}\(elements.joined())]}}
            """
    }
}
