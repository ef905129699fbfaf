import FHIR
import PDex
import PDexTesting
import Pipeline
import Synchronization
import Testing

@Suite("After the commit of a revocation no request begins")
struct RevocationTests {
    private static let members = (0..<50).map { index in
        NamedMember(
            "p\(index)", "Given\(index)", "Family\(index)", born: "19\(30 + index)-04-02",
            memberID: "M0-\(1000 + index)")
    }

    /// The point that a member's data has reached when it must no longer leave.
    enum Point: String, CaseIterable, CustomTestStringConvertible {
        case beforeTheRun, staged, bundled, claimed, waitingForAConnection, betweenParts, betweenAttempts, parked
        case divided, answerLost, requested, delivered
        var testDescription: String { rawValue }

        /// Whether only one delivery can be at that point, so that each member has a night of its own.
        var isOneByOne: Bool { [.waitingForAConnection, .betweenParts, .divided, .answerLost].contains(self) }
    }

    /// Why it must no longer leave.
    enum Change: String, CaseIterable, CustomTestStringConvertible {
        case withdrawn, unlinked, coverageCancelled, deniedAtClinic
        var testDescription: String { rawValue }
    }

    @Test(
        "whatever point of the pipeline its 50 members have reached, and whatever ends it", arguments: Point.allCases,
        Change.allCases)
    func nothingLeaves(point: Point, change: Change) async throws {
        for members in point.isOneByOne ? Self.members.map({ [$0] }) : [Self.members] {
            let night = try Night(
                members, mappings: usCoreMappings, maxEntries: point == .betweenParts ? 8 : 200, concurrency: 1)
            night.clinic.rewrite { $0.listsConsent = true }
            let sentBefore = Mutex<Int?>(nil)
            let revoke: @Sendable () async throws -> Void = {
                guard sentBefore.withLock({ $0 == nil }) else { return }
                try await Self.make(change, members, night)
                sentBefore.withLock { $0 = night.payer.received.count }
            }

            try await Self.bring(night, members, to: point, revoke)
            try await Self.goOn(night)

            #expect(sentBefore.withLock { $0 } == night.payer.received.count)
            let open = try await night.store.read { try $0.queued() }
            #expect(open.isEmpty)
        }
    }

    @Test("what waited is withheld in the transaction that learns of it, and the audit trail tells of both")
    func takenBack() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        night.payer.reply(.busy(retryAfterSeconds: 3600))
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "8.10")))
        night.clock.advance(seconds: 3600)
        _ = try await night.run("night-2")
        try Self.withdraw(night, [.joe])
        _ = try await night.pipeline.importMembers()

        let audit = try await night.store.read { try $0.audit(after: 0, limit: 1000) }.map(\.entry)
        let revoked = try #require(audit.last { $0.action == "consent.revoked" }?.reason)
        #expect(revoked.contains("consent.denied: the consent is not active"))
        #expect(revoked.contains("1 exchanges taken back; the payer has what exchange "))
        #expect(audit.filter { $0.action == "consent.revoked" }.count == 1)
        #expect(audit.last { $0.action == "exchange.withheld" }?.reason?.hasPrefix("consent.denied: ") == true)
    }

    @Test("a member's open requests are taken back, other members' stay")
    func requests() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let job = night.pipeline.terms.job
        for (id, patient, job) in [("r1", "joe", job), ("r2", "ada", job), ("r3", "joe", "another-payers")] {
            let request = MemberRequest(
                id: id, job: job, payer: "med0", patient: patient, since: nil, types: [], accepted: night.clock.now(),
                due: night.clock.now())
            _ = try await night.store.write {
                try $0.accept(
                    request, audit: AuditEntry(at: night.clock.now(), actor: "tests", action: "request.accepted"))
            }
        }
        try Self.withdraw(night, [.joe])
        _ = try await night.pipeline.importMembers()
        let found = try await night.store.read { reader in try ["r1", "r2", "r3"].map { try reader.memberRequest($0) } }
        #expect(found.map { $0?.state } == [.cancelled, .requested, .requested])
        #expect(found[0]?.reason == .consentDenied)
    }

    @Test("a deleted consent takes back what it permitted")
    func deleted() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.busy(retryAfterSeconds: 3600))
        _ = try await night.run("night-1")
        night.payer.remove("Consent", "consent-joe")
        _ = try await night.pipeline.importMembers()
        let exchange = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first
        #expect(exchange?.state == .withheld)
        #expect(exchange?.reason == .consentMissing)
    }

    /// Brings the members' data to a point and withdraws there.
    private static func bring(
        _ night: Night, _ members: [NamedMember], to point: Point, _ revoke: @escaping @Sendable () async throws -> Void
    ) async throws {
        switch point {
        case .beforeTheRun: try await revoke()
        case .staged:
            _ = try await night.run("first", dryRun: true)
            try await revoke()
        case .bundled, .claimed:
            let stop = Fault(.keyMissing, .halt, "no delivery can be made")
            night.payer.reply(.fail(stop))
            _ = try? await night.run("first")
            if point == .claimed {
                _ = try await night.store.write {
                    try $0.lease(
                        Route(clinic: "clinic0", payer: "med0"), limit: 8, owner: "somebody", now: night.clock.now(),
                        expiry: night.clock.now().adding(milliseconds: 60_000))
                }
            }
            try await revoke()
            night.clock.advance(seconds: 120)
        case .waitingForAConnection:
            night.payer.beforeBeginning(revoke)
            _ = try await night.run("first")
        case .betweenParts:
            night.payer.whileAnswering(revoke)
            _ = try await night.run("first")
        case .divided:
            night.payer.most = .init(entries: 6)
            // The whole is refused, and the first part of it is under way.
            night.payer.whileAnswering { if night.payer.received.count == 2 { try await revoke() } }
            _ = try await night.run("first")
        case .answerLost:
            night.payer.openness = .read
            night.payer.reply(.loseAnswer)
            _ = try await night.run("first")
            try await revoke()
        case .betweenAttempts:
            for _ in members { night.payer.reply(.busy(retryAfterSeconds: 600)) }
            _ = try await night.run("first")
            try await revoke()
        case .parked:
            for _ in members { night.payer.reply(.refuse(422)) }
            _ = try await night.run("first")
            try await revoke()
        case .requested:
            try await revoke()
            for member in members {
                _ = try await night.pipeline.request(member: member.id, run: night.firing("request-" + member.id))
            }
        case .delivered:
            _ = try await night.run("first")
            for member in members { night.clinic.put(try Resource(member.observation(value: "8.20"))) }
            try await revoke()
        }
    }

    /// Everything that could still send: what waits, replays of everything at rest, and the next night.
    private static func goOn(_ night: Night) async throws {
        night.clock.advance(seconds: 3600)
        _ = try await night.pipeline.deliver()
        let resting = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 200) }
            .filter(\.state.isReplayable)
        for exchange in resting.prefix(10) {
            _ = try await night.pipeline.replay(exchange, run: night.firing("replay-" + exchange.id))
        }
        _ = try await night.run("last")
    }

    private static func make(_ change: Change, _ members: [NamedMember], _ night: Night) async throws {
        switch change {
        case .withdrawn:
            try withdraw(night, members)
            _ = try await night.pipeline.importMembers()
        case .unlinked:
            try await night.store.write { writer in
                for member in members {
                    let link = MemberLink(
                        route: night.pipeline.terms.route,
                        patient: night.identities.key(source: "clinic0", type: "Patient", id: member.id), member: nil,
                        reason: "a test", actor: "tests", at: night.clock.now())
                    try writer.decide(link, audit: AuditEntry(at: link.at, actor: "tests", action: "member.unlinked"))
                    try night.pipeline.follow(decisionOn: link.patient, nil, writer)
                }
            }
        case .deniedAtClinic:
            for member in members {
                night.clinic.put(
                    try Resource([
                        "resourceType": "Consent", "id": .string("no-of-" + member.id), "status": "active",
                        "patient": ["reference": .string("Patient/" + member.id)], "provision": ["type": "deny"],
                    ]))
            }
            _ = try await night.run("denied", dryRun: true)
        case .coverageCancelled:
            for member in members {
                for record in try member.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
                where record.type == "Coverage" {
                    var json = record.json
                    json["status"] = "cancelled"
                    night.payer.put(try Resource(.object(json)))
                }
            }
            _ = try await night.pipeline.importMembers()
        }
    }

    private static func withdraw(_ night: Night, _ members: [NamedMember] = members) throws {
        for member in members {
            for record in try member.with({ $0.consent = "inactive" })
                .payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126") where record.type == "Consent"
            {
                night.payer.put(record)
            }
        }
    }
}
