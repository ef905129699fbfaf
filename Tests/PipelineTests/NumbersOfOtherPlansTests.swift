import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("Whose numbers a payer gets")
struct NumbersOfOtherPlansTests {
    private static let plans = [
        "https://med0.example/fhir/member-id", "https://med0.example/old", "https://other.example",
    ]

    @Test("a member's own number of this payer travels, and those of other plans do not")
    func own() async throws {
        #expect(try await sent(declaring: MemberNumbers()) == ["https://med0.example/fhir/member-id"])
    }

    @Test("so does a number of a system that the payer declares")
    func declared() async throws {
        let numbers = MemberNumbers(pairs: [
            .init(clinic: "https://clinic0.example/mrn", payer: "https://med0.example/old")
        ])
        #expect(
            try await sent(declaring: numbers) == ["https://med0.example/fhir/member-id", "https://med0.example/old"])
    }

    @Test("another declaration makes every Patient anew")
    func fingerprint() async throws {
        func fingerprint(_ systems: Set<String>) async throws -> Int64? {
            let night = try Night([.joe], mappings: usCoreMappings, numbers: MemberNumbers(subscriberSystems: systems))
            _ = try await night.run()
            let joe = night.identities.key(source: "clinic0", type: "Patient", id: "joe")
            return try await night.store.read { try $0.latestExchange(member: joe, payer: "med0")?.fingerprint }
        }
        let without = try await fingerprint([])
        #expect(try await fingerprint(["https://med0.example/old"]) != without)
    }

    @Test(
        "no number of another plan, or of social security, leaves beside a reference, or in its place",
        arguments: [
            ["reference": "Patient/joe"], ["type": "Patient"], [:], ["reference": "Practitioner/dr-hale"],
            ["type": "Practitioner"], ["display": "Joe, by his card"],
        ] as [JSONObject])
    func besideReferences(reference: JSONObject) async throws {
        let numbers: [JSONValue] = [
            ["type": ["coding": [["code": "MB"]]], "system": "https://other.example", "value": "OTHER-77"],
            ["system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-12-3456"],
        ]
        let night = try Night([.joe], mappings: usCoreMappings)
        var chart = try #require(try NamedMember.joe.clinicRecords().first).json
        chart["identifier"] = .array((chart["identifier"]?.elements ?? []) + numbers)
        night.clinic.put(try Resource(.object(chart)))
        for (place, number) in numbers.enumerated() {
            var performer = reference
            performer["identifier"] = number
            // A practitioner with that plan's number is nobody known to the member's chart.
            if place == 0, reference["type"] == "Practitioner" { continue }
            var result = try #require(NamedMember.joe.observation(value: "5.00").object)
            result["id"] = .string("told-\(place)")
            result["performer"] = [.object(performer)]
            night.clinic.put(try Resource(.object(result)))
        }

        #expect(try await night.run().exchanges.acknowledged == 1)

        let sent = night.payer.received.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(sent.contains("Observation/"))
        #expect(!sent.contains("OTHER-77") && !sent.contains("999-12-3456"))
    }

    /// The systems of the member numbers in the Patient that arrived.
    private func sent(declaring numbers: MemberNumbers) async throws -> [String] {
        let night = try Night([.joe], mappings: usCoreMappings, numbers: numbers)
        var chart = try #require(try NamedMember.joe.clinicRecords().first).json
        chart["identifier"] = .array(
            Self.plans.map { system in
                ["type": ["coding": [["code": "MB"]]], "system": .string(system), "value": "M0-1"]
            })
        night.clinic.put(try Resource(.object(chart)))
        #expect(try await night.run().exchanges.acknowledged == 1)
        let patient = try #require(night.payer.held.first { $0.key.hasPrefix("Patient/") }?.value)
        return (patient["identifier"]?.elements ?? []).compactMap { $0["system"]?.string }
            .filter(Self.plans.contains)
    }
}
