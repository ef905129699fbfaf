import FHIR
import Foundation
import Mappings
import PDex

/// The cost of deciding about a resource: what the member's consents say, and whether the resource is sensitive.
struct ConsentBenchmark {
    private static let clinic = party("clinic0", "1234567893")
    private static let payer = party("med0", "1003000126")

    func run() async throws {
        let now = Instant("2026-06-01T02:15:00Z") ?? Instant(milliseconds: 0)
        let resources = Self.resources
        let rounds = 20_000
        for (name, sensitivity) in [("labels only", Sensitivity()), ("with our lists", try Self.lists())] {
            let seconds = try await cpuSeconds {
                for index in 0..<rounds {
                    let decision = ConsentDecision.deciding(
                        Self.recorded, discloser: Self.clinic, recipient: Self.payer, now: now)
                    guard case .permit = decision else { throw BenchmarkError("the consent does not permit") }
                    _ = sensitivity.look(at: resources[index % resources.count])
                }
            }
            print(
                Row.text("consent decision", "\(Row.number(seconds / Double(rounds) * 1e6, 2)) µs a resource", name, "")
            )
        }
    }

    private static func lists() throws -> Sensitivity {
        let lists = try SensitivityFolder.load(mappings: "mappings", digests: Digests { _ in [1, 2, 3, 4] })
        return Sensitivity(lists.categories, mark: lists.mark)
    }

    private static let recorded = (0..<3).compactMap { index -> ConsentDecision.Recorded? in
        let hl7 = "http://terminology.hl7.org/CodeSystem/"
        let page = "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#regular"
        func concept(_ system: String, _ code: String) -> JSONValue {
            ["coding": [["system": .string(system), "code": .string(code)]]]
        }
        func actor(_ system: String, _ role: String, _ npi: String) -> JSONValue {
            [
                "role": concept(system, role),
                "reference": ["identifier": ["system": "http://hl7.org/fhir/sid/us-npi", "value": .string(npi)]],
            ]
        }
        let json: JSONValue = [
            "resourceType": "Consent", "id": "c", "status": index == 0 ? "inactive" : "active",
            "scope": concept(hl7 + "consentscope", "patient-privacy"),
            "category": [concept(hl7 + "v3-ActCode", "IDSCL")],
            "performer": [["reference": "Patient/m"]], "sourceReference": ["reference": "DocumentReference/d"],
            "policy": [["uri": .string(page)]],
            "provision": [
                "type": "permit", "period": ["start": "2026-01-01", "end": "2026-12-31"],
                "actor": [
                    actor(hl7 + "provenance-participant-type", "performer", clinic.npi),
                    actor(hl7 + "v3-ParticipationType", "IRCP", payer.npi),
                ],
                "action": [concept(hl7 + "consentaction", "disclose")],
            ],
        ]
        guard let resource = try? Resource(json) else { return nil }
        let staged = StagedResource(
            key: ResourceKey(bits: Int64(index)), source: "med0", type: "Consent", id: "c", versionID: "1",
            lastUpdated: nil, patient: nil, contentHash: 1, bytes: [])
        return ConsentDecision.Recorded(resource: staged, consent: Consent(resource))
    }

    private static let resources = ["2339-0", "4548-4", "8867-4", "29463-7"].compactMap { code -> Resource? in
        let category: JSONValue = [
            "coding": [
                ["system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"]
            ]
        ]
        return try? Resource([
            "resourceType": "Observation", "id": .string("o" + code), "status": "final",
            "meta": ["versionId": "1", "lastUpdated": "2026-05-04T09:00:00Z", "profile": ["urn:profile"]],
            "identifier": [["system": "https://clinic0.example/id", "value": "1"]], "category": [category],
            "code": ["coding": [["system": "http://loinc.org", "code": .string(code), "display": "A result"]]],
            "subject": ["reference": "Patient/p"], "encounter": ["reference": "Encounter/e"],
            "performer": [["reference": "Practitioner/dr"], ["reference": "Organization/lab"]],
            "effectiveDateTime": "2026-05-04T09:00:00-05:00", "issued": "2026-05-04T09:00:00-05:00",
            "valueQuantity": ["value": 5, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"],
            "referenceRange": [["low": ["value": 3, "unit": "mmol/L"], "high": ["value": 6, "unit": "mmol/L"]]],
        ])
    }

    private static func party(_ name: String, _ npi: String) -> Party {
        Party(name: name, base: "https://\(name).example", npi: npi, organization: name, identifierSystem: "urn:x")
    }
}
