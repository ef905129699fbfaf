import FHIR
import PDex
import Testing

@testable import Jobs

@Suite("Which entries of the audit trail are meant")
struct AuditSelectionTests {
    private static let patient = ResourceKey(bits: 7)
    private static let member = ResourceKey(bits: 8)
    private static let stranger = ResourceKey(bits: 9)

    @Test("by time and run: from an instant on, before an instant, and of no other run")
    func admits() {
        let entry = Self.entry(at: 10, run: "r")
        let meant = [
            AuditSelection(), AuditSelection(since: Self.instant(10)), AuditSelection(until: Self.instant(11)),
            AuditSelection(run: "r"),
        ]
        let others = [
            AuditSelection(since: Self.instant(11)), AuditSelection(until: Self.instant(10)), AuditSelection(run: "q"),
        ]

        #expect(meant.map { $0.admits(entry) } == [true, true, true, true])
        #expect(others.map { $0.admits(entry) } == [false, false, false])
        #expect(!AuditSelection(run: "r").admits(Self.entry(at: 10, run: nil)))
    }

    @Test("of a patient: what happened to an exchange of theirs")
    func patients() {
        let entry = Self.entry(exchange: "x")

        #expect(AuditSelection(persons: [Self.patient]).isAbout(entry, of: Self.exchange(match: nil)))
        #expect(!AuditSelection(persons: [Self.stranger]).isAbout(entry, of: Self.exchange(match: nil)))
    }

    @Test("of a member: what happened to an exchange of whom was taken for it")
    func members() {
        let entry = Self.entry(exchange: "x")

        #expect(AuditSelection(persons: [Self.member]).isAbout(entry, of: Self.exchange(match: Self.member)))
        #expect(!AuditSelection(persons: [Self.member]).isAbout(entry, of: Self.exchange(match: Self.stranger)))
        #expect(!AuditSelection(persons: [Self.member]).isAbout(entry, of: Self.exchange(match: nil)))
    }

    @Test("of a person: what says their key, without any exchange")
    func reasons() {
        let entry = Self.entry(reason: "patient \(Self.patient), by hand")

        #expect(AuditSelection(persons: [Self.patient, Self.stranger]).isAbout(entry, of: nil))
        #expect(!AuditSelection(persons: [Self.stranger]).isAbout(entry, of: nil))
        #expect(!AuditSelection(persons: [Self.patient]).isAbout(Self.entry(), of: nil))
    }

    @Test("of nobody in particular: every entry")
    func anybody() {
        #expect(AuditSelection().isAbout(Self.entry(), of: nil))
        #expect(AuditSelection().isAbout(Self.entry(exchange: "x"), of: Self.exchange(match: Self.member)))
    }

    private static func instant(_ seconds: Int64) -> Instant { Instant(milliseconds: seconds * 1000) }

    private static func entry(
        at seconds: Int64 = 0, run: String? = nil, exchange: String? = nil, reason: String? = nil
    ) -> AuditEntry {
        AuditEntry(
            at: instant(seconds), actor: "tests", action: "a.test", run: run, exchange: exchange, reason: reason)
    }

    /// An exchange of the patient, who was taken for `member`.
    private static func exchange(match member: ResourceKey?) -> Exchange {
        Exchange(
            id: "x", job: "nightly", run: "r", member: patient, clinic: "clinic0", payer: "med0", state: .acknowledged,
            fingerprint: 1, manifest: ExchangeManifest([]),
            match: member.map { MatchEvidence(member: $0, rule: "member-id", value: nil, via: nil) }, mapping: "m",
            created: instant(0), updated: instant(0))
    }
}
