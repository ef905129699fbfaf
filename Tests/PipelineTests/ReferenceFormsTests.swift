import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

/// RD-16, BLK-47: a reference in each of its forms, from the clinic to the payer.
@Suite("What becomes of a reference in each of its forms")
struct ReferenceFormsTests {
    private static let base = "https://fhir.clinic0.example/r4/"
    private static let ways: [ExchangeTerms.Selection.Method] = [.bulkExport, .rosterSearch]

    @Test(
        "relative, absolute on the clinic's base, with a version or without: whose it is and what it names is the same",
        arguments: ["", base], ["", "/_history/3"])
    func sameTarget(base: String, version: String) async throws {
        for way in Self.ways {
            let night = try Self.night(by: way, about: base + "Condition/joe-sore-throat" + version) {
                // The scripted clinic finds a patient's resources by relative references.
                $0["subject"] = [
                    "reference": .string(
                        (way == .bulkExport ? base : "") + "Patient/joe" + (way == .bulkExport ? version : ""))
                ]
                $0["encounter"] = ["reference": .string(base + "Encounter/joe-visit" + version)]
                $0["performer"] = [["reference": .string(base + "Practitioner/dr-hale" + version)]]
            }
            let sent = try await Self.sent(night)
            #expect(sent["subject"] == Self.address("Patient", night))
            #expect(sent["encounter"] == Self.address("Encounter", night))
            #expect(sent["performer"]?[0] == Self.address("Practitioner", night))
            #expect(sent["focus"]?[0] == Self.address("Condition", night))
        }
    }

    @Test("by a search for an identifier: the one that has it", arguments: ways)
    func conditional(way: ExchangeTerms.Selection.Method) async throws {
        let night = try Self.night(by: way, about: "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1245319599")
        #expect(try await Self.sent(night)["focus"]?[0] == Self.address("Practitioner", night))
    }

    @Test(
        "to nothing that is sent: told by an identifier, its own address or the clinic's id",
        arguments: [
            (
                "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "urn:ietf:rfc:3986",
                "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
            ),
            (
                "https://elsewhere.example/r4/Condition/7", "urn:ietf:rfc:3986",
                "https://elsewhere.example/r4/Condition/7"
            ),
            ("Practitioner/dr-nobody", "https://clinic0.example/fhir-id", "dr-nobody"),
        ])
    func identified(reference: String, system: String, value: String) async throws {
        let night = try Self.night(by: .bulkExport, about: reference)
        let expected: JSONValue = ["identifier": ["system": .string(system), "value": .string(value)]]
        #expect(try await Self.sent(night)["focus"]?[0] == expected)
    }

    @Test(
        "by an identifier or in words alone: it stays as it is",
        arguments: [
            ["identifier": ["system": "urn:lab", "value": "L-7"], "display": "the laboratory"],
            ["type": "Specimen", "identifier": ["value": "S-7"]], ["display": "a nurse"],
        ] as [JSONValue])
    func untouched(way: JSONValue) async throws {
        let night = try Self.night(by: .bulkExport) { $0["focus"] = [way] }
        #expect(try await Self.sent(night)["focus"]?[0] == way)
    }

    @Test("to what the resource contains: it goes along, and what it refers to in turn is the payer's")
    func contained() async throws {
        let night = try Self.night(by: .bulkExport) {
            $0["contained"] = [
                [
                    "resourceType": "PractitionerRole", "id": "role", "telecom": [["system": "phone", "value": "555"]],
                    "practitioner": ["reference": .string(Self.base + "Practitioner/dr-hale")],
                ]
            ]
            $0["performer"] = [["reference": "#role"]]
        }
        let sent = try await Self.sent(night)
        #expect(sent["performer"]?[0] == ["reference": "#role"])
        #expect(sent["contained"]?[0]?["id"] == "role")
        #expect(sent["contained"]?[0]?["practitioner"] == Self.address("Practitioner", night))
    }

    private static func night(
        by way: ExchangeTerms.Selection.Method, about reference: String? = nil,
        _ change: (inout JSONObject) -> Void = { _ in }
    ) throws -> Night {
        var result: JSONObject = [
            "resourceType": "Observation", "id": "odd", "status": "final", "code": ["text": "a look"],
            "subject": ["reference": "Patient/joe"], "encounter": ["reference": "Encounter/joe-visit"],
            "effectiveDateTime": "2026-05-04", "valueString": "x",
        ]
        if let reference { result["focus"] = [["reference": .string(reference)]] }
        change(&result)
        return try Night([.joe], mappings: usCoreMappings, also: [try Resource(.object(result))], by: way)
    }

    /// What the payer got of the result.
    private static func sent(_ night: Night) async throws -> Resource {
        _ = try await night.run()
        return try #require(night.payer.held.values.first { $0["code"]?["text"] == "a look" })
    }

    /// A reference to the only resource of its type that the payer got.
    private static func address(_ type: String, _ night: Night) -> JSONValue? {
        let found = night.payer.held.keys.filter { $0.hasPrefix(type + "/") }
        return found.count == 1 ? found.first.map { ["reference": .string($0)] } : nil
    }
}
