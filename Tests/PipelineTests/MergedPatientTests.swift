import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("Merged patients, and an operator's word")
struct MergedPatientTests {
    private static let old = NamedMember("joe2", "Josef", "Schmidt", born: "1979-04-02", memberID: nil).with {
        $0.covered = nil
        $0.consent = nil
    }

    @Test("a patient follows the one that says it replaced it")
    func replaces() async throws {
        let night = try Night([.joe, Self.old], mappings: usCoreMappings)
        night.clinic.put(try Self.chart(.joe, "replaces", "joe2"))
        _ = try await night.run()
        #expect(try await Self.reasons(["joe", "joe2"], night) == [nil, nil])
        let evidence = try await Self.latest("joe2", night)?.match
        #expect(evidence?.via == Self.key("joe", night))
        #expect(evidence?.member == night.identities.key(source: "med0", type: "Patient", id: "m-joe"))
    }

    @Test(
        "a patient follows over one that says both whom it replaced and by whom it was, also where the last one names both",
        arguments: [true, false])
    func chain(isKept: Bool) async throws {
        let mid = NamedMember("joe3", "Josef", "Schmidt", born: "1979-04-02", memberID: nil).with {
            ($0.covered, $0.consent) = (nil, nil)
        }
        let night = try Night([.joe, Self.old, mid], mappings: usCoreMappings, afterRevocation: .delete)
        night.clinic.put(try Self.chart(.joe, "replaces", "joe2"))
        _ = try await night.run("night-1")
        if !isKept { night.clinic.put(try NamedMember.joe.clinicRecords()[0]) }
        var chart = try mid.clinicRecords()[0].json
        chart["link"] = [
            ["other": ["reference": "Patient/joe2"], "type": "replaces"],
            ["other": ["reference": "Patient/joe"], "type": "replaced-by"],
        ]
        night.clinic.put(try Resource(.object(chart)))
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-2")
        #expect(try await Self.reasons(["joe", "joe2", "joe3"], night) == [nil, nil, nil])
        #expect(try await Self.latest("joe2", night)?.match?.via == Self.key("joe", night))
    }

    @Test("where a merged record names others besides, nobody is guessed", arguments: [true, false])
    func othersBesides(isPlain: Bool) async throws {
        func chart(_ id: String, _ links: [(String, String)]) throws -> Resource {
            let member = NamedMember(id, "Josef", "Schmidt", born: "1979-04-02", memberID: nil)
            var json = try member.clinicRecords()[0].json
            json["link"] = .array(
                links.map { ["other": ["reference": .string("Patient/" + $0.1)], "type": .string($0.0)] })
            return try Resource(.object(json))
        }
        let names = ["joe2", "mid", "ann"]
        let others = names.map { name in
            NamedMember(name, "Josef", "Schmidt", born: "1979-04-02", memberID: nil).with {
                ($0.covered, $0.consent) = (nil, nil)
            }
        }
        let night = try Night([.joe] + others, mappings: usCoreMappings)
        // `joe2` was merged into `joe` and into `mid`, and `mid` into `joe` and perhaps into `ann`, who is somebody else.
        night.clinic.put(try chart("joe2", [("replaced-by", "joe"), ("replaced-by", "mid")]))
        night.clinic.put(
            try chart("mid", [("replaced-by", "joe")] + (isPlain ? [] : [("replaced-by", "ann")])))
        _ = try await night.run()
        let reasons = try await Self.reasons(["joe", "joe2", "mid"], night)
        #expect(reasons == (isPlain ? [nil, nil, nil] : [nil, .matchMergeUnclear, .matchMergeUnclear]))
    }

    @Test("where more charts are merged than one person has, nothing is sent: nobody knows who said what")
    func gathered() async throws {
        let gathered = (0..<70).map { number in
            NamedMember("x\(number)", "Josef", "Schmidt", born: "1979-04-02", memberID: nil).with {
                ($0.covered, $0.consent) = (nil, nil)
            }
        }
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        for member in gathered.prefix(60) { night.clinic.put(try Self.chart(member, "replaced-by", "joe")) }
        night.clinic.put(try night.group(of: [.joe, .ada] + gathered))
        _ = try await night.run("night-1")
        #expect(try await Self.reasons(["joe", "ada"], night) == [nil, nil])
        let sent = night.payer.received.count

        for member in gathered { night.clinic.put(try Self.chart(member, "replaced-by", "joe")) }
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-2")

        #expect(try await Self.reasons(["joe", "ada"], night) == [.matchMergeUnclear, nil])
        #expect(night.payer.received.count == sent)
    }

    @Test("links in a circle, and to two records, are parked")
    func unclear() async throws {
        let night = try Night([.joe, Self.old, .ada], mappings: usCoreMappings)
        night.clinic.put(try Self.chart(.joe, "replaced-by", "joe2"))
        night.clinic.put(try Self.chart(Self.old, "replaced-by", "joe"))
        _ = try await night.run()
        #expect(
            try await Self.reasons(["joe", "joe2", "ada"], night) == [.matchMergeUnclear, .matchMergeUnclear, nil])
    }

    @Test("a record that is no longer used and names no other is parked")
    func inactive() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        var chart = try NamedMember.joe.clinicRecords()[0].json
        chart["active"] = false
        night.clinic.put(try Resource(.object(chart)))
        #expect(try await night.run().exchanges.parked == [.matchInactive: 1])
    }

    @Test("when a merge comes undone both are parked, run after run, until an operator decides")
    func unmerged() async throws {
        let night = try Night([.joe, Self.old], mappings: usCoreMappings)
        night.clinic.put(try Self.chart(Self.old, "replaced-by", "joe"))
        _ = try await night.run("night-1")
        night.clinic.put(try Self.old.clinicRecords()[0])
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-2")
        #expect(try await Self.reasons(["joe", "joe2"], night) == [.matchUnmerged, .matchUnmerged])
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-3")
        #expect(try await Self.reasons(["joe", "joe2"], night) == [.matchUnmerged, .matchUnmerged])
        try await Self.decide("joe2", nil, night)
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-4")
        #expect(try await Self.reasons(["joe", "joe2"], night) == [nil, .matchApart])
    }

    @Test("an operator's link wins over a birth date, and makes the member nobody else's")
    func linked() async throws {
        let other = NamedMember("sam", "Sam", "Lind", born: "1981-01-01", memberID: nil).with {
            $0.covered = nil
            $0.consent = nil
        }
        let night = try Night([.joe, other], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        try await Self.decide("sam", "m-joe", night)
        night.clock.advance(seconds: 86_400)
        _ = try await night.run("night-2")
        #expect(try await Self.reasons(["joe", "sam"], night) == [.matchAmbiguous, nil])
        #expect(try await Self.latest("sam", night)?.match?.rule == "operator")
        let explained = try await night.pipeline.explain(patient: Self.key("sam", night))
        #expect(explained.steps.contains { $0.contains("an operator linked it to member") })
    }

    @Test("an explanation counts without naming anybody, and names when it is asked to")
    func explained() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run()
        let plain = try await night.pipeline.explain(patient: Self.key("joe", night))
        let full = try await night.pipeline.explain(patient: Self.key("joe", night), withValues: true)
        #expect(plain.steps == ["member-id: 1 member, and nothing speaks against it"])
        #expect(plain.looked.map(\.values.count) == [0, 0, 0, 0, 0])
        #expect(plain.looked.map(\.count) == [1, 0, 1, 0, 1])
        #expect(full.looked.last?.values.first?.hasPrefix("smith · joe") == true)
    }

    private static func chart(_ member: NamedMember, _ type: String, _ other: String) throws -> Resource {
        var chart = try member.clinicRecords()[0].json
        chart["link"] = [["other": ["reference": .string("Patient/" + other)], "type": .string(type)]]
        return try Resource(.object(chart))
    }

    private static func key(_ patient: String, _ night: Night) -> ResourceKey {
        night.identities.key(source: "clinic0", type: "Patient", id: patient)
    }

    private static func latest(_ patient: String, _ night: Night) async throws -> Exchange? {
        let key = key(patient, night)
        return try await night.store.read { try $0.latestExchange(member: key, payer: "med0") }
    }

    private static func reasons(_ patients: [String], _ night: Night) async throws -> [FaultCode?] {
        var reasons: [FaultCode?] = []
        for patient in patients { reasons.append(try await latest(patient, night)?.reason) }
        return reasons
    }

    private static func decide(_ patient: String, _ member: String?, _ night: Night) async throws {
        let link = MemberLink(
            route: night.pipeline.terms.route, patient: key(patient, night),
            member: member.map { night.identities.key(source: "med0", type: "Patient", id: $0) }, reason: "seen",
            actor: "tests", at: night.clock.now())
        let entry = AuditEntry(at: link.at, actor: "tests", action: "member.linked")
        try await night.store.write { try $0.decide(link, audit: entry) }
    }
}
