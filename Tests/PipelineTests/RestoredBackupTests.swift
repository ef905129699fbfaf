import FHIR
import FHIRClient
import PDex
import PDexTesting
import Pipeline
import SQLiteStore
import Testing

@Suite("A restored backup")
struct RestoredBackupTests {
    @Test("never sends something older over something newer that the payer has, and ends where the payer is")
    func old() async throws {
        let place = try TemporaryPlace()
        let digests = Digests { SHA256.hash($0) }
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        try await Self.waitingBackup(of: night, at: place, digests)
        try night.clinic.put(Self.visit("joe", note: "second"))
        night.clock.advance(seconds: 700)
        let store = try SQLiteExchangeStore.open(path: place.path + ".now", digests: digests)
        _ = try await Self.pipeline(of: night, on: store).run(night.firing("night-2"))
        let (held, sent) = (night.payer.held, night.payer.received.count)

        let restored = try await SQLiteExchangeStore.restore(
            from: place.path, to: place.path + ".restored", digests: digests,
            StoreRestoration(at: night.clock.now(), actor: "tests", reason: "a test"),
            key: { [identities = night.identities] in identities.key(source: $0, type: $1, id: $2) })
        let old = try SQLiteExchangeStore.open(path: place.path + ".restored", digests: digests)
        let pipeline = try Self.pipeline(of: night, on: old)
        let delivered = try await pipeline.deliver()
        let quiet = night.payer.received.count
        night.clock.advance(seconds: 60)
        let report = try await pipeline.run(night.firing("night-3"))

        #expect(restored.cancelled == 2)
        #expect(delivered == 0)
        #expect(quiet == sent)
        #expect(report.state == .complete)
        #expect(report.exchanges.acknowledged == 2)
        #expect(Set(night.payer.held.keys) == Set(held.keys))
        #expect(Self.notes(night) == ["second"])
    }

    /// A backup in which everything waits, because the payer was busy; the store itself goes on beside it.
    private static func waitingBackup(of night: Night, at place: TemporaryPlace, _ digests: Digests) async throws {
        let store = try SQLiteExchangeStore.open(path: place.path + ".now", digests: digests)
        try night.clinic.put(visit("joe", note: "first"))
        night.payer.reply(.busy(retryAfterSeconds: 300), .busy(retryAfterSeconds: 300))
        _ = try await pipeline(of: night, on: store).run(night.firing("night-1"))
        _ = try await store.backUp(to: place.path)
    }

    private static func pipeline(of night: Night, on store: any Store) throws -> ExchangePipeline {
        ExchangePipeline(
            terms: night.pipeline.terms, clinic: night.clinic, payer: night.payer, store: store,
            mappings: try LoadedMappings.set(in: usCoreMappings, digests: Digests { SHA256.hash($0) }),
            identities: night.identities, clock: night.clock, random: { 0.5 }, owner: "tests")
    }

    private static func visit(_ id: String, note: String) throws -> Resource {
        try Resource([
            "resourceType": "Observation", "id": .string(id + "-note"), "status": "final",
            "category": [
                [
                    "coding": [
                        [
                            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                            "code": "laboratory",
                        ]
                    ]
                ]
            ],
            "code": ["coding": [["system": "http://loinc.org", "code": "2339-0"]]],
            "subject": ["reference": .string("Patient/" + id)],
            "encounter": ["reference": .string("Encounter/" + id + "-visit")],
            "effectiveDateTime": "2026-05-04T09:10:00-05:00", "valueString": .string(note),
        ])
    }

    /// What the payer's notes say.
    private static func notes(_ night: Night) -> [String] {
        night.payer.held.values.compactMap { $0["valueString"]?.string }
    }
}
