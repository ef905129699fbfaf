import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@testable import Jobs

/// An operator's decision who a patient is.
@Suite("An operator says who a patient is")
struct MemberOperationsTests {
    private static let job = "nightly-payer-sync"

    @Test(
        "a patient is linked by ids or keys, what the rules say of it no longer counts, and the trail says who and why")
    func linked() async throws {
        let served = try await Self.night()
        let (joe, ada) = (Self.key("clinic0", "joe", served), Self.key("med0", "m-ada", served))
        _ = try await served.operations.unlink("ada", job: Self.job, reason: "of the other branch")

        let link = try await served.operations.link("joe", to: ada.description, job: Self.job, reason: "seen in person")

        #expect(link.patient == joe && link.member == ada)
        #expect(link.actor == "tests" && link.reason == "seen in person")
        let explained = try await served.operations.explain("joe", job: Self.job, withValues: false)
        #expect(explained.evidence == MatchEvidence(member: ada, rule: "operator", value: nil, via: nil))
        let entry = try #require(try await Self.trail(served).last { $0.action == "member.linked" })
        #expect(entry.actor == "tests")
        #expect(entry.reason == "patient \(joe) of clinic0, member \(ada) of med0: seen in person")
    }

    @Test("a patient who is kept apart is nobody, and what waited for it is withheld in the same transaction")
    func unlinked() async throws {
        let served = try ServedNight()
        served.night.payer.reply(.busy(retryAfterSeconds: 7200))
        _ = try await served.operations.run(job: Self.job)

        let link = try await served.operations.unlink("joe", job: Self.job, reason: "another Joe")

        #expect(link.member == nil)
        let joe = Self.key("clinic0", "joe", served)
        let (latest, open) = try await served.night.store.read {
            (try $0.latestExchange(member: joe, payer: "med0"), try $0.queued())
        }
        #expect(latest?.state == .withheld && latest?.reason == .matchApart)
        #expect(open.isEmpty)
        let explained = try await served.operations.explain("joe", job: Self.job, withValues: false)
        #expect(explained.evidence == nil && explained.reason == .matchApart)
        #expect(try await Self.trail(served).contains { $0.action == "member.unlinked" })
    }

    @Test("a decision that is forgotten leaves the patient to the rules again")
    func undecided() async throws {
        let served = try await Self.night()
        _ = try await served.operations.unlink("joe", job: Self.job, reason: "another Joe")

        try await served.operations.undecide("joe", job: Self.job, reason: "the same after all")

        let explained = try await served.operations.explain("joe", job: Self.job, withValues: false)
        #expect(explained.evidence?.member == Self.key("med0", "m-joe", served))
        #expect(explained.evidence?.rule == "member-id")
        let entry = try await Self.trail(served).last { $0.action == "member.undecided" }
        #expect(entry?.reason?.hasSuffix(": the same after all") == true)
    }

    @Test(
        "of two patients one may be a member by an operator's word; the other is refused, and nothing is written down")
    func taken() async throws {
        let served = try await Self.night()
        _ = try await served.operations.link("joe", to: "m-joe", job: Self.job, reason: "seen")
        let before = try await Self.trail(served).count

        let fault = await #expect(throws: Fault.self) {
            _ = try await served.operations.link("ada", to: "m-joe", job: Self.job, reason: "seen")
        }

        #expect(fault?.code == .matchTaken)
        #expect(try await Self.trail(served).count == before)
        let explained = try await served.operations.explain("ada", job: Self.job, withValues: false)
        #expect(explained.evidence?.member == Self.key("med0", "m-ada", served))
    }

    @Test(
        "who is not in the store is refused, whatever is decided, and the words do not say who it was",
        arguments: ["link", "link to", "unlink", "undecide"])
    func unknown(verb: String) async throws {
        let served = try await Self.night()

        let fault = await #expect(throws: Fault.self) { try await Self.decide(verb, served) }

        #expect(fault?.code == .memberUnknown)
        #expect(fault?.message.contains("nobody-of-that-name") == false)
    }

    @Test("a member is shown by the key of the patient who is taken for it, too; of who is nobody it is said why not")
    func shownByPatient() async throws {
        let served = try await Self.night()
        let (joe, ada) = (Self.key("clinic0", "joe", served), Self.key("clinic0", "ada", served))
        _ = try await served.operations.unlink("ada", job: Self.job, reason: "another Ada")

        let found = [
            try await served.operations.member(joe.description, job: Self.job),
            try await served.operations.member("m-joe", job: Self.job),
            try await served.operations.member(Self.key("med0", "m-joe", served).description, job: Self.job),
        ]
        let fault = await #expect(throws: Fault.self) {
            _ = try await served.operations.member(ada.description, job: Self.job)
        }

        #expect(Set(found.map(\.key)) == [Self.key("med0", "m-joe", served)])
        #expect(fault?.code == .memberUnknown && fault?.message.contains("taken for no member of med0") == true)
        #expect(fault?.hint == "pdex members explain \(ada)  tells why")
    }

    @Test("who gives a member's key for a patient's, or a patient's for a member's, is told which one is wanted")
    func otherKey() async throws {
        let served = try await Self.night()
        let (patient, member) = (Self.key("clinic0", "joe", served), Self.key("med0", "m-joe", served))

        let explained = await #expect(throws: Fault.self) {
            _ = try await served.operations.explain(member.description, job: Self.job, withValues: false)
        }
        let linked = await #expect(throws: Fault.self) {
            _ = try await served.operations.link("ada", to: patient.description, job: Self.job, reason: "seen")
        }

        #expect(explained?.message == "that is the key of a member of med0, and of no patient of clinic0")
        #expect(explained?.hint?.contains("pdex members show \(member)") == true)
        #expect(linked?.message == "that is the key of a patient of clinic0, and of no member of med0")
        #expect([explained?.code, linked?.code] == [.memberUnknown, .memberUnknown])
    }

    private static func decide(_ verb: String, _ served: ServedNight) async throws {
        let (operations, stranger) = (served.operations, "nobody-of-that-name")
        switch verb {
        case "link": _ = try await operations.link(stranger, to: "m-joe", job: job, reason: "seen")
        case "link to": _ = try await operations.link("joe", to: stranger, job: job, reason: "seen")
        case "unlink": _ = try await operations.unlink(stranger, job: job, reason: "seen")
        default: try await operations.undecide(stranger, job: job, reason: "seen")
        }
    }

    /// Joe and Ada after a night.
    private static func night() async throws -> ServedNight {
        let served = try ServedNight([.joe, .ada])
        _ = try await served.operations.run(job: job)
        return served
    }

    private static func key(_ source: String, _ id: String, _ served: ServedNight) -> ResourceKey {
        served.night.identities.key(source: source, type: "Patient", id: id)
    }

    private static func trail(_ served: ServedNight) async throws -> [AuditEntry] {
        try await served.night.store.read { try $0.audit(after: 0, limit: 1000) }.map(\.entry)
    }
}
