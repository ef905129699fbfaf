import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// What the clinic writes under one patient today and under another tomorrow (WR-20, T10).
@Suite("What the clinic moves to another patient is no longer the first one's")
struct MovedResourceTests {
    @Test(
        "what a whole pull no longer brings, and is another patient's by now, belongs to that one",
        arguments: [true, false])
    func staged(byExport: Bool) async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, by: byExport ? .bulkExport : .rosterSearch, retraction: .off, since: .all)
        _ = try await night.run("night-1")
        try Self.moveToAda(night)
        night.clinic.rewrite { $0.unexported = ["ada"] }

        let second = try await night.run("night-2")

        let latest = try await Self.latestExchange("joe", night)
        #expect(second.balanced)
        #expect(night.clinic.requests.count { $0 == "read Observation" } == 1)
        #expect(try await Self.owner(night) == Self.patient("ada", night))
        #expect(latest?.manifest.entries.contains { $0.key == Self.moved(night) } == false)
    }

    @Test("what is read and cannot be taken is a problem, moves no watermark, and leaves what was there as it was")
    func unreadable() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, by: .bulkExport)
        _ = try await night.run("night-1")
        var part = try Resource(NamedMember.ada.observation(value: "7.20").named("joe-glucose"))
        part.json["meta"] = [
            "tag": [["system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"]]
        ]
        night.clock.advance(seconds: 8 * 86_400)
        night.clinic.put(part)
        night.clinic.rewrite { $0.unexported = ["ada"] }

        let second = try await night.run("night-2")
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-3")

        #expect(second.problems == [.clinicSubsetted: 1])
        #expect(try await Self.owner(night) == Self.patient("joe", night))
        #expect(night.clinic.exportedSince == [nil, nil, nil])
    }

    /// Joe's result becomes Ada's, a day later.
    private static func moveToAda(_ night: Night) throws {
        night.clock.advance(seconds: 86_400)
        night.clinic.put(try Resource(NamedMember.ada.observation(value: "7.20").named("joe-glucose")))
    }

    private static func moved(_ night: Night) -> ResourceKey {
        night.identities.key(source: "clinic0", type: "Observation", id: "joe-glucose")
    }

    private static func patient(_ id: String, _ night: Night) -> ResourceKey {
        night.identities.key(source: "clinic0", type: "Patient", id: id)
    }

    /// Whose the result is, as it is staged.
    private static func owner(_ night: Night) async throws -> ResourceKey? {
        let key = moved(night)
        return try await night.store.read { try $0.staged(key) }?.patient
    }

    private static func latestExchange(_ id: String, _ night: Night) async throws -> Exchange? {
        let member = patient(id, night)
        return try await night.store.read { try $0.latestExchange(member: member, payer: "med0") }
    }
}

extension JSONValue {
    /// The same resource under another id.
    fileprivate func named(_ id: String) -> JSONValue {
        var json = object ?? [:]
        json["id"] = .string(id)
        return .object(json)
    }
}
