import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("What waits leaves only while it stands on what it was made on")
struct FootingTests {
    /// What changes while it waits.
    enum Change: String, CaseIterable, CustomTestStringConvertible {
        case unlinked, linkedElsewhere, cancelled, lapsed
        var testDescription: String { rawValue }

        var code: FaultCode {
            switch self {
            case .unlinked: .matchApart
            case .linkedElsewhere: .matchAmbiguous
            case .cancelled, .lapsed: .coverageNotActive
            }
        }
    }

    @Test("a delivery that is tried again is not sent after the change", arguments: Change.allCases)
    func laterDelivery(change: Change) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 3600), .busy(retryAfterSeconds: 3600))
        _ = try await night.run("night-1")
        let sent = night.payer.received.count
        try await Self.make(change, night)
        night.clock.advance(seconds: 3601)

        _ = try await night.pipeline.deliver()

        let joe = try #require(try await Self.joes(night))
        #expect(joe.state == .withheld)
        #expect(joe.reason == change.code)
        // The operator linked Ada to Joe's member, so her exchange has no basis either.
        #expect(night.payer.received.count == sent + (change == .linkedElsewhere ? 0 : 1))
    }

    @Test("a request that waits for a connection is not begun after the change", arguments: Change.allCases)
    func waitingForAConnection(change: Change) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.beforeBeginning {
            try await Self.make(change, night)
            _ = try await night.pipeline.importMembers()
        }

        _ = try await night.run("night-1")

        #expect(night.payer.received.isEmpty)
        #expect(try await Self.joes(night)?.reason == change.code)
    }

    @Test("what was withheld is sent by the next run when all is as before")
    func asBefore() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 3600))
        _ = try await night.run("night-1")
        try await Self.make(.cancelled, night)
        night.clock.advance(seconds: 3601)
        #expect(try await night.pipeline.deliver() == 0)
        try Self.put(.joe, night)
        night.clock.advance(seconds: 3600)
        _ = try await night.run("night-2")
        #expect(try await Self.joes(night)?.state == .acknowledged)
    }

    @Test("an operator's decision withholds what waits in its own transaction, and nobody else's")
    func ownTransaction() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 3600), .busy(retryAfterSeconds: 3600))
        _ = try await night.run("night-1")
        let joe = night.identities.key(source: "clinic0", type: "Patient", id: "joe")
        try await night.store.write { writer in
            try writer.decide(Self.link(joe, nil, night), audit: Self.entry(night))
            try night.pipeline.follow(decisionOn: joe, nil, writer)
        }

        let found = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 9) }
        #expect(found.filter { $0.state == .withheld }.map(\.member) == [joe])
        #expect(found.first { $0.member == joe }?.reason == .matchApart)
        let queued = try await night.store.read { try $0.queued() }
        #expect(queued.count == 1)
    }

    @Test("an import withholds what a changed or deleted coverage no longer covers, at once", arguments: [true, false])
    func imported(isDeleted: Bool) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 3600), .busy(retryAfterSeconds: 3600))
        _ = try await night.run("night-1")
        if isDeleted {
            night.payer.remove("Coverage", "cov-joe")
        } else {
            try await Self.make(.cancelled, night)
        }

        _ = try await night.pipeline.importMembers()

        #expect(try await Self.joes(night)?.state == .withheld)
        #expect(try await Self.joes(night)?.reason == (isDeleted ? .coverageMissing : .coverageNotActive))
        #expect(try await night.store.read { try $0.queued() }.count == 1)
    }

    private static func make(_ change: Change, _ night: Night) async throws {
        let joe = night.identities.key(source: "clinic0", type: "Patient", id: "joe")
        switch change {
        case .unlinked:
            try await night.store.write { try $0.decide(link(joe, nil, night), audit: entry(night)) }
        case .linkedElsewhere:
            let ada = night.identities.key(source: "clinic0", type: "Patient", id: "ada")
            let member = try await night.store.read {
                try $0.exchanges(matching: ExchangeFilter(member: joe), limit: 1).first?.match?.member
            }
            try await night.store.write { try $0.decide(link(ada, member, night), audit: entry(night)) }
        case .cancelled: try put(.joe, night, "status", "cancelled")
        case .lapsed: try put(.joe, night, "period", ["start": "1990-01-01", "end": "1990-12-31"])
        }
    }

    /// Puts the payer's Coverage of a member, with one element replaced.
    private static func put(
        _ member: NamedMember, _ night: Night, _ element: String? = nil, _ value: JSONValue = .null
    ) throws {
        for record in try member.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        where record.type == "Coverage" {
            var json = record.json
            if let element { json[element] = value }
            night.payer.put(try Resource(.object(json)))
        }
    }

    private static func link(_ patient: ResourceKey, _ member: ResourceKey?, _ night: Night) -> MemberLink {
        MemberLink(
            route: night.pipeline.terms.route, patient: patient, member: member, reason: "a test", actor: "tests",
            at: night.clock.now())
    }

    private static func entry(_ night: Night) -> AuditEntry {
        AuditEntry(at: night.clock.now(), actor: "tests", action: "member.linked")
    }

    private static func joes(_ night: Night) async throws -> Exchange? {
        let joe = night.identities.key(source: "clinic0", type: "Patient", id: "joe")
        return try await night.store.read {
            try $0.exchanges(matching: ExchangeFilter(member: joe, payer: "med0"), limit: 1).first
        }
    }
}
