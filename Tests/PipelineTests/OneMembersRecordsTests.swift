import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("A request reads the payer's records of its own member")
struct OneMembersRecordsTests {
    @Test("and no one else's while all were read a moment ago; what is withdrawn by then is heeded")
    func withdrawn() async throws {
        let night = try await Self.night()
        try Self.put(NamedMember.joe.with { $0.consent = "inactive" }, night)
        try Self.put(NamedMember.ada.with { $0.consent = "inactive" }, night)
        let before = night.payer.received.count

        let report = try await night.pipeline.request(member: "joe", run: night.firing("request-1"))

        #expect(report.exchanges.withheld == [.consentDenied: 1])
        #expect(night.payer.received.count == before)
        #expect(try await Self.status(ofConsent: "consent-joe", night) == "inactive")
        #expect(try await Self.status(ofConsent: "consent-ada", night) == "active")
    }

    @Test("a consent, or a coverage, that is no longer there permits nothing", arguments: ["Consent", "Coverage"])
    func gone(type: String) async throws {
        let night = try await Self.night()
        night.payer.remove(type, type == "Consent" ? "consent-joe" : "cov-joe")

        let report = try await night.pipeline.request(member: "joe", run: night.firing("request-1"))

        #expect(report.exchanges.acknowledged == 0)
        #expect(report.balanced)
    }

    @Test("everybody's, when all are older than a quarter of an hour")
    func old() async throws {
        let night = try await Self.night(later: 1_000)
        // Nothing is sent, so nothing is read again for that.
        try Self.put(NamedMember.joe.with { $0.consent = "inactive" }, night)
        try Self.put(NamedMember.ada.with { $0.consent = "inactive" }, night)

        _ = try await night.pipeline.request(member: "joe", run: night.firing("request-1"))

        #expect(try await Self.status(ofConsent: "consent-ada", night) == "inactive")
    }

    @Test(
        "everybody's, when the payer leaves the patient out of a search, or lines cannot be read",
        arguments: [true, false])
    func unreliable(isStray: Bool) async throws {
        let night = try await Self.night()
        try Self.put(NamedMember.ada.with { $0.consent = "inactive" }, night)
        let eve = #"{"resourceType":"Consent","id":"x","status":"active","patient":{"reference":"Patient/m-eve"}}"#
        night.payer.stray = [isStray ? eve : "{"]

        let report = try? await night.pipeline.request(member: "joe", run: night.firing("request-1"))

        // An unreadable line ends the run, as always; another member's Consent only means that all are read.
        #expect((report == nil) != isStray)
        #expect(try await Self.status(ofConsent: "consent-ada", night) == "inactive")
    }

    @Test("everybody's, for a patient whom nobody has seen before")
    func newcomer() async throws {
        let night = try await Self.night()
        let eve = NamedMember("eve", "Eve", "Moreau", born: "1990-03-03", memberID: "M0-3")
        for resource in try eve.clinicRecords() { night.clinic.put(resource) }
        try Self.put(eve, night)

        let report = try await night.pipeline.request(member: "eve", run: night.firing("request-1"))

        #expect(report.exchanges.acknowledged == 1)
    }

    /// A night that is over, so long ago that a request reads again.
    private static func night(later seconds: Double = 120) async throws -> Night {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.run("night-1", dryRun: true)
        night.clock.advance(seconds: seconds)
        return night
    }

    private static func put(_ member: NamedMember, _ night: Night) throws {
        for record in try member.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126") {
            night.payer.put(record)
        }
    }

    private static func status(ofConsent id: String, _ night: Night) async throws -> String? {
        let key = night.identities.key(source: "med0", type: "Consent", id: id)
        return try await night.store.read { try $0.staged(key) }
            .flatMap { try Resource(parsing: $0.bytes)["status"]?.string }
    }
}
