import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// A store after an upgrade, when another clinic's run has just read the payer's records (T10).
@Suite("Nobody is looked for before everybody is indexed as it is configured now")
struct NotYetIndexedTests {
    /// The operation that looks for a patient.
    enum Asker: String, CaseIterable, CustomTestStringConvertible {
        case explanation, consent, request, requestForOne, replay, preview, delivery
        var testDescription: String { rawValue }
    }

    private static let system = "https://med0.example/fhir/member-id"
    private static let (patient, member) = (Directory.patient("joe"), Directory.member("m-joe"))

    @Test("whoever asks", arguments: Asker.allCases)
    func asks(asker: Asker) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        if asker == .delivery { for _ in 0..<2 { night.payer.reply(.busy(retryAfterSeconds: 600)) } }
        _ = try await night.run("night-1")
        let pipeline = try await Self.upgraded(night)
        let isFound: Bool
        switch asker {
        case .explanation:
            isFound = try await pipeline.explain(patient: Self.patient).evidence?.member == Self.member
        case .consent:
            isFound = try await pipeline.explainConsent(patient: Self.patient).reason == nil
        case .request:
            isFound = try await pipeline.patient(ofMember: Self.system + "|M0-1") == "joe"
        case .requestForOne:
            try await pipeline.records.freshen(for: Self.patient, PullTally())
            isFound = try await Self.isIndexed(pipeline)
        case .replay:
            let run = night.firing("replay-1")
            try await night.store.write { try $0.open(run) }
            let made = try await pipeline.remake(
                Self.latest(night), run: run, from: .map, acceptingMappingChanges: true)
            isFound = made.match?.member == Self.member
        case .preview:
            let preview = try await pipeline.preview(
                Self.latest(night), run: night.firing("replay-1"), from: .map, acceptingMappingChanges: true)
            isFound = preview.reason == nil
        case .delivery:
            #expect(try await Self.latest(night).state == .retrying)
            night.clock.advance(seconds: 700)
            _ = try await pipeline.deliver()
            isFound = try await Self.latest(night).state == .acknowledged
        }
        #expect(isFound)
    }

    @Test("once it is done, nobody is turned again")
    func once() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let pipeline = try await Self.upgraded(night)
        _ = try await pipeline.explain(patient: Self.patient)
        try await night.store.write { try $0.unlink(Self.patient) }

        try await pipeline.records.ensureIndexed()

        #expect(try await night.store.read { try $0.indexBasis(of: Self.patient, for: "med0") } == nil)
    }

    @Test("what was configured before, and is again, is no more indexed than anything else")
    func thereAndBack() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let other = try await Self.upgraded(night)
        try await other.records.ensureIndexed()
        let own = night.pipeline

        try await own.records.ensureIndexed()

        let index = IndexWriter(terms: own.terms, identities: night.identities)
        let bases = try await night.store.read { reader in
            (
                try reader.indexBasis(of: Self.patient, for: "med0"),
                try reader.indexBasis(of: Self.member, for: "med0")
            )
        }
        #expect(bases == (index.patientBasis, index.memberBasis))
    }

    /// Removes all links, leaves the payer's records as recent as before, and declares numbers differently.
    private static func upgraded(_ night: Night) async throws -> ExchangePipeline {
        try await night.store.write { writer in
            for id in ["joe", "ada"] {
                try writer.unlink(Directory.patient(id))
                try writer.unlink(Directory.member("m-" + id))
            }
        }
        let terms = try Night(
            [], mappings: usCoreMappings, numbers: MemberNumbers(memberSystem: system)
        ).pipeline.terms
        return night.pipeline(by: terms)
    }

    private static func isIndexed(_ pipeline: ExchangePipeline) async throws -> Bool {
        try await pipeline.store.read { reader in
            try ["joe", "ada"].allSatisfy { try reader.indexBasis(of: Directory.patient($0), for: "med0") != nil }
        }
    }

    private static func latest(_ night: Night) async throws -> Exchange {
        try #require(try await night.store.read { try $0.latestExchange(member: patient, payer: "med0") })
    }
}
