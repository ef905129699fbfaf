import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// Between the making of a bundle and its delivery the clinic may restrict what is in it (CO-05).
@Suite("What the clinic labels while a bundle waits")
struct HeldSinceTests {
    /// What is labelled, and what becomes of the bundle.
    enum Labelled: String, CaseIterable, Sendable { case patient, visit, result, flag, place, nothing }

    @Test("holds the bundle as soon as the label is staged, and only then", arguments: Labelled.allCases)
    func labelled(what: Labelled) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, types: ["Patient", "Encounter", "Observation", "Flag"])
        let records = try NamedMember.joe.clinicRecords()
        let place = try Resource(["resourceType": "Location", "id": "ward", "status": "active", "name": "Ward 3"])
        night.clinic.put(place)
        night.clinic.put(try Self.located(#require(records.first { $0.type == "Encounter" })))
        night.payer.reply(.busy(retryAfterSeconds: 600))
        _ = try await night.run("night-1")
        switch what {
        case .patient: night.clinic.put(try Self.labelled(#require(records.first { $0.type == "Patient" })))
        case .visit: night.clinic.put(try Self.labelled(#require(records.first { $0.type == "Encounter" })))
        case .result: night.clinic.put(try Self.labelled(#require(records.first { $0.type == "Observation" })))
        case .flag:
            night.clinic.put(
                try Self.labelled(
                    Resource(["resourceType": "Flag", "id": "f", "subject": ["reference": "Patient/joe"]])))
        case .place: night.clinic.put(try Self.labelled(place))
        case .nothing: night.clinic.put(try Resource(NamedMember.joe.observation(value: "8.10")))
        }
        night.clock.advance(seconds: 300)
        _ = try await night.run("looks", dryRun: true)
        night.clock.advance(seconds: 301)

        let delivered = try await night.pipeline.deliver()

        let exchange = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first
        #expect(delivered == (what == .nothing ? 1 : 0))
        #expect(exchange?.state == (what == .nothing ? .acknowledged : .withheld))
        #expect(exchange?.reason == (what == .nothing ? nil : .consentRestricted))
        #expect(night.payer.held.isEmpty == (what != .nothing))
    }

    private static func located(_ visit: Resource) throws -> Resource {
        var json = visit.json
        json["location"] = [["location": ["reference": "Location/ward"]]]
        return try Resource(.object(json))
    }

    private static func labelled(_ resource: Resource) throws -> Resource {
        var json = resource.json
        json["meta"] = [
            "security": [["system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NODSCLCD"]]
        ]
        return try Resource(.object(json))
    }
}
