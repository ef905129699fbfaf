import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// Between examining a member and writing the result, another process may write.
@Suite("What was made of an older look at a member never follows what is newer")
struct OvertakenTests {
    @Test("nothing is written of a member of whom another run wrote meanwhile, and who it was is told")
    func overtaken() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.run("look", dryRun: true)
        let runs = ["request", "night"].map(night.firing)
        for run in runs { try await night.store.write { try $0.open(run) } }
        let keys = ["joe", "ada"].map { night.identities.key(source: "clinic0", type: "Patient", id: $0) }
        let made = try await night.store.read { reader in
            try runs.map { run in try keys.map { try night.pipeline.maker(run).make($0, reader) } }
        }
        let writer = ExchangeWriter(store: night.store, clock: night.clock, actor: "tests")

        let first = try await writer.write([made[0][0]], in: runs[0])
        let second = try await writer.write(made[1], in: runs[1])

        #expect(first == [] && second == [keys[0]])
        let exchanges = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 10) }
        #expect(Set(exchanges.map(\.run)) == ["request", "night"] && exchanges.count == 2)
    }

    @Test("what somebody claimed meanwhile may arrive: the member is looked at again, and what is gone is taken back")
    func claimed() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, retraction: .delete)
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 3600)
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "6.10").named("joe-second")))
        _ = try await night.run("look", dryRun: true)
        let (older, newer) = (night.firing("older"), night.firing("newer"))
        for run in [older, newer] { try await night.store.write { try $0.open(run) } }
        let member = night.identities.key(source: "clinic0", type: "Patient", id: "joe")
        let writer = ExchangeWriter(store: night.store, clock: night.clock, actor: "tests")
        _ = try await writer.write([try await Self.made(of: member, in: older, night)], in: older)
        let gone = try await Self.delete("joe-second", in: newer, night)

        let first = try await Self.made(of: member, in: newer, night)
        let claims = try await Self.claim(night)
        let overtaken = try await writer.write([first], in: newer)
        let second = try await Self.made(of: member, in: newer, night)
        let written = try await writer.write([second], in: newer)

        #expect(claims == 1)
        #expect(overtaken == [member] && written == [])
        let latest = try await night.store.read { try $0.latestExchange(member: member, payer: "med0") }
        #expect(latest?.run == "newer")
        #expect(latest?.manifest.entries.first(where: { $0.key == gone })?.leftOut == .retractedByDelete)
    }

    private static func made(of member: ResourceKey, in run: Run, _ night: Night) async throws -> MadeExchange {
        try await night.store.read { try night.pipeline.maker(run).make(member, $0) }
    }

    /// The clinic deletes a result, and a run learns of it.
    private static func delete(_ id: String, in run: Run, _ night: Night) async throws -> ResourceKey {
        let key = night.identities.key(source: "clinic0", type: "Observation", id: id)
        let stager = Stager(source: "clinic0", base: night.pipeline.terms.clinic.base, identities: night.identities)
        let deletion = Deletion(payer: "med0", run: run.id, stager: stager)
        try await night.store.write { try deletion.delete([key], at: run.instant, $0) }
        return key
    }

    /// Another process claims what waits; returns how many bundles.
    private static func claim(_ night: Night) async throws -> Int {
        let (now, route) = (night.clock.now(), night.pipeline.terms.route)
        return try await night.store.write { writer in
            try writer.lease(
                route, limit: 9, owner: "another", now: now, expiry: now.adding(milliseconds: 600_000)
            ).count
        }
    }
}
