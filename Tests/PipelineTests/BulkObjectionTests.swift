import FHIR
import PDex
import PDexTesting
import Synchronization
import Testing

@testable import Pipeline

/// A bulk question takes minutes to write: a patient who objects meanwhile is not in it (CO-01, MM-13).
@Suite("Who objects before a question about many leaves")
struct BulkObjectionTests {
    @Test("at the clinic, after the own question was written, is not asked about, and the others are")
    func whileWriting() async throws {
        let night = try await Self.night()
        let first = Mutex<String?>(nil)
        night.clinic.rewrite { script in
            script.beforeSearch = { [clinic = night.clinic] query in
                guard query.path == "Coverage", let patient = query.parameters.first(where: { $0.name == "patient" })
                else { return }
                // When the second patient's card is read, the first one's question is already written.
                let before = first.withLock { first -> String? in
                    defer { if first == nil { first = patient.value } }
                    return first
                }
                guard let before, before != patient.value, let no = try? Self.denial(of: before) else { return }
                clinic.put(no)
            }
        }

        let matching = try await night.pipeline.matchMembers(by: "ada")

        let objector = try #require(first.withLock { $0 })
        let other = objector == "mae" ? "ben" : "mae"
        #expect(night.payer.questions.compactMap(\.patient.id) == [Self.local(other, night)])
        #expect(matching.asked == 1)
        #expect(try await Self.match(objector, night) == nil)
    }

    @Test("by what another process staged while a connection was waited for, is not asked about, and the others are")
    func atTheLastLook() async throws {
        let night = try await Self.night()
        let done = Mutex(false)
        night.payer.beforeBeginning { [night] in
            guard
                done.withLock({ isDone in
                    defer { isDone = true }; return !isDone
                })
            else { return }
            try await Self.stage(Self.denial(of: "mae"), night)
        }

        let matching = try await night.pipeline.matchMembers(by: "ada")

        #expect(night.payer.questions.compactMap(\.patient.id) == [Self.local("ben", night)])
        #expect(matching.asked == 1)
        let match = try await Self.match("mae", night)
        #expect(match?.outcome == .notAsked && match?.attempts == 0)
        #expect(match?.detail.hasPrefix("consent.denied: ") == true)
        let trail = try await night.store.read { try $0.audit(after: 0, limit: 1000) }.map(\.entry.action)
        #expect(trail.filter { $0 == "match.not-asked" }.count == 1)
    }

    @Test("in time for everybody, leaves no question at all")
    func everybody() async throws {
        let night = try await Self.night()
        night.payer.beforeBeginning { [night] in
            for patient in ["mae", "ben"] { try await Self.stage(Self.denial(of: patient), night) }
        }

        let matching = try await night.pipeline.matchMembers(by: "ada")

        #expect(night.payer.questions.isEmpty)
        #expect(matching.asked == 0)
    }

    private static func night() async throws -> Night {
        let files = MatchFiles()
        let ben = NamedMember("ben", "Ben", "Noor", born: "1971-08-30", memberID: nil)
        let night = try Night(
            [Card.mae, ben], mappings: usCoreMappings,
            also: [Card.coverage(), Card.coverage("M0-ben", of: "ben", id: "card-ben")],
            matchBy: [.memberID, .memberMatch], inquiry: .init(consent: .required, asksMany: true),
            payerExports: files)
        _ = try await night.run("night-1", dryRun: true)
        for patient in ["mae", "ben"] {
            var consent = try Card.consent(of: patient)
            consent.json["id"] = .string("agreed-" + patient)
            night.clinic.put(consent)
        }
        files.answer(.init(lines: []))
        return night
    }

    private static func denial(of patient: String) throws -> Resource {
        try Resource([
            "resourceType": "Consent", "id": .string("no-of-" + patient), "status": "active",
            "patient": ["reference": .string("Patient/" + patient)], "provision": ["type": "deny"],
        ])
    }

    /// As another process does that pulls at the same time.
    private static func stage(_ consent: Resource, _ night: Night) async throws {
        let stager = Stager(source: "clinic0", base: "https://fhir.clinic0.example/r4", identities: night.identities)
        let intake = Intake(
            stager: stager, store: night.store, tally: PullTally(), clock: night.clock, observer: { _ in })
        var lines = LineBuffer()
        consent.serialized().withUnsafeBytes { lines.append(line: $0) }
        _ = try await intake.stage(lines.take(), expecting: "Consent")
    }

    private static func local(_ patient: String, _ night: Night) -> String {
        let key = night.identities.key(source: "clinic0", type: "Patient", id: patient)
        return night.identities.derived("member-match", key.description, "med0")
    }

    private static func match(_ patient: String, _ night: Night) async throws -> MemberMatch? {
        let key = night.identities.key(source: "clinic0", type: "Patient", id: patient)
        let route = night.pipeline.terms.route
        return try await night.store.read { try $0.memberMatch(of: key, route) }
    }
}
