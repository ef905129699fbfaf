import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

/// Asking the payer about many patients at once (BM-01 … BM-06).
@Suite("All those whom only the payer can tell")
struct BulkInquiryTests {
    private static let ben = NamedMember("ben", "Ben", "Noor", born: "1971-08-30", memberID: nil)

    @Test("one question goes about all of them, and who matched goes out in the next run")
    func matched() async throws {
        let (night, files) = try await Self.night()
        files.answer(.init(lines: [Self.group("match", ["mae", "ben"], night)], polls: 2))

        let matching = try await night.pipeline.matchMembers(by: "ada")

        #expect([matching.asked, matching.outcomes[.matched]] == [2, 2])
        #expect(matching.groups == ["g1"])
        #expect(try await night.store.read { try $0.matched(group: "g1", payer: "med0") } == night.clock.now())
        #expect(matching.isWhole)
        #expect(
            Set(night.payer.questions.compactMap(\.patient.id)) == [Self.local("mae", night), Self.local("ben", night)])
        #expect(night.payer.questions.allSatisfy { $0.consent != nil })
        #expect(files.finished == 1)
        let report = try await night.run("night-2")
        #expect(report.exchanges.acknowledged == 2)
        #expect(try await Self.matches(night).map(\.attempts) == [1, 1])
    }

    @Test(
        "who matched is sent with the number that the payer's own records have, and with none where there are several")
    func numbered() async throws {
        let (night, files) = try await Self.night()
        night.payer.put(try Self.member("mae", numbers: [("MB", "M-1"), ("UMB", "U-1")]))
        night.payer.put(try Self.member("ben", numbers: [("MB", "M-2"), ("MB", "M-3")]))
        _ = try await night.run("night-0", dryRun: true)
        files.answer(.init(lines: [Self.group("match", ["mae", "ben"], night)]))
        _ = try await night.pipeline.matchMembers(by: "ada")
        _ = try await night.run("night-2")

        let sent = night.payer.held.values.filter { $0.type == "Patient" }.map { patient in
            let identifiers = (patient["identifier"]?.elements ?? []).compactMap(Identifier.init)
            return identifiers.filter { $0.system == Self.numbers }.map(\.value)
        }
        #expect(Set(sent) == [["U-1"], []])
    }

    @Test(
        "whoever did not match, or is kept back, or is left out of a whole answer is not asked about again",
        arguments: [
            ("nomatch", MemberMatch.Outcome.nobody), ("consentconstraint", .consentRefused), ("", .refused),
        ])
    func others(kind: String, outcome: MemberMatch.Outcome) async throws {
        let (night, files) = try await Self.night()
        files.answer(.init(lines: kind.isEmpty ? [] : [Self.group(kind, ["mae", "ben"], night)]))

        let first = try await night.pipeline.matchMembers(by: "ada")
        let second = try await night.pipeline.matchMembers(by: "ada")

        #expect(first.outcomes == [outcome: 2])
        #expect([second.asked, second.notAsked] == [0, 2])
        #expect(second.reasons == ["med0 has answered this question before": 2])
        #expect(night.payer.questions.count == 2)
        #expect(try await night.store.read { try $0.matched(group: "g1", payer: "med0") } == nil)
    }

    @Test("two members for one patient are several, and nothing of the patient leaves")
    func several() async throws {
        let (night, files) = try await Self.night()
        let lines = ["m-mae", "m-ben"].map {
            MatchFiles.group("match", [(Self.local("mae", night), "Patient/" + $0)])
        }
        files.answer(.init(lines: lines))

        let matching = try await night.pipeline.matchMembers(by: "ada")

        #expect(matching.outcomes == [.several: 1, .refused: 1])
        #expect(try await night.run("night-2").exchanges.parked == [.matchAmbiguous: 1])
    }

    @Test(
        "an answer with errors, odd lines or too few leaves those it does not name without an answer",
        arguments: ["errors", "odd line", "count"])
    func partial(flaw: String) async throws {
        let (night, files) = try await Self.night()
        var answer = MatchFiles.Answer(lines: [Self.group("match", ["mae"], night)])
        if flaw == "errors" { answer.errors = 1 }
        if flaw == "odd line" { answer.lines.append("<html>") }
        if flaw == "count" { answer.count = 7 }
        files.answer(answer)

        let matching = try await night.pipeline.matchMembers(by: "ada")

        #expect(matching.outcomes == [.matched: 1, .asked: 1])
        #expect(!matching.isWhole)
    }

    @Test("a question whose answer was lost on the way is asked again, and counts once")
    func lost() async throws {
        let (night, files) = try await Self.night()
        night.payer.loseNextQuestion()
        await #expect(throws: Fault.self) { try await night.pipeline.matchMembers(by: "ada") }
        files.answer(.init(lines: [Self.group("match", ["mae", "ben"], night)]))

        let matching = try await night.pipeline.matchMembers(by: "ada")

        #expect(matching.outcomes == [.matched: 2])
        #expect(try await Self.matches(night).map(\.attempts) == [1, 1])
    }

    @Test("a process that ends while the payer is at work leaves the answer to the next, which asks nobody")
    func resumed() async throws {
        let (night, files) = try await Self.night()
        files.answer(
            .init(fault: Fault(.authTokenRefused, .halt, "the payer refused the token")),
            .init(lines: [Self.group("match", ["mae", "ben"], night)]))
        await #expect(throws: Fault.self) { try await night.pipeline.matchMembers(by: "ada") }

        let matching = try await night.pipeline.matchMembers(by: "ada")

        #expect(matching.asked == 0)
        #expect(matching.outcomes == [.matched: 2])
        #expect(night.payer.questions.count == 2)
    }

    @Test("a status request that is lost does not end the wait for hours of the payer's work")
    func lostPoll() async throws {
        let (night, files) = try await Self.night()
        let lost = Fault(.remoteUnreachable, .retry, "the payer cannot be reached")
        files.answer(
            .init(fault: lost), .init(fault: lost), .init(lines: [Self.group("match", ["mae", "ben"], night)]))

        let matching = try await night.pipeline.matchMembers(by: "ada")

        #expect(matching.outcomes == [.matched: 2])
        #expect(night.payer.questions.count == 2)
    }

    @Test("an answer to an earlier question settles nobody who was asked about later")
    func askedLater() async throws {
        let (night, files) = try await Self.night()
        files.answer(
            .init(fault: Fault(.authTokenRefused, .halt, "the payer refused the token")),
            .init(lines: [Self.group("match", ["mae", "ben"], night)]),
            .init(lines: [Self.group("nomatch", ["ben"], night)]))
        await #expect(throws: Fault.self) { try await night.pipeline.matchMembers(by: "ada") }
        night.clock.advance(seconds: 60)
        var later = try #require(try await Self.matches(night).last)
        later.at = night.clock.now()
        let (kept, entry) = (later, AuditEntry(at: later.at, actor: "bo", action: "match.asked", reason: "a card"))
        try await night.store.write { try $0.keep(kept, audit: entry) }

        _ = try await night.pipeline.matchMembers(by: "ada")

        #expect(try await Self.matches(night).map(\.outcome) == [.matched, .nobody])
        #expect(night.payer.questions.count == 3)
    }

    @Test("what the payer was asked for besides is not taken for an answer")
    func somethingElse() async throws {
        let (night, files) = try await Self.night()
        let other = ExportUnderWay(
            source: "med0", job: night.pipeline.terms.job, request: "Group/g1", statusURL: "https://med0.example/1",
            since: nil, dropped: [], started: night.clock.now())
        try await night.store.write { try $0.keep(other) }
        files.answer(.init(lines: [Self.group("match", ["mae", "ben"], night)]))

        let matching = try await night.pipeline.matchMembers(by: "ada")

        #expect(matching.outcomes == [.matched: 2])
    }

    @Test("an answer that the payer no longer has is asked for again, and counts once")
    func forgotten() async throws {
        let (night, files) = try await Self.night()
        files.answer(
            .init(fault: Fault(.authTokenRefused, .halt, "the payer refused the token")),
            .init(fault: Fault(.clinicExportFailed, .halt, "no such job")),
            .init(lines: [Self.group("match", ["mae", "ben"], night)]))
        await #expect(throws: Fault.self) { try await night.pipeline.matchMembers(by: "ada") }

        let matching = try await night.pipeline.matchMembers(by: "ada")

        #expect([matching.asked, night.payer.questions.count] == [2, 4])
        #expect(try await Self.matches(night).map(\.attempts) == [1, 1])
    }

    @Test("a dry run counts and asks nobody, and nobody without a Consent is asked about")
    func dry() async throws {
        let (night, _) = try await Self.night(consents: ["mae"])

        let matching = try await night.pipeline.matchMembers(by: "ada", dryRun: true)

        #expect([matching.asked, matching.notAsked] == [1, 1])
        #expect(matching.reasons == ["the clinic has no consent for med0 to go with the question": 1])
        #expect(night.payer.questions.isEmpty)
        #expect(try await Self.matches(night).isEmpty)
    }

    @Test("a payer that may not be asked so, and a job that does not go by it, are told apart")
    func refused() async throws {
        let (single, _) = try await Self.night(asksMany: false)
        let (ruleless, _) = try await Self.night(by: [.memberID])
        let first = await #expect(throws: Fault.self) { try await single.pipeline.matchMembers(by: "ada") }
        let second = await #expect(throws: Fault.self) { try await ruleless.pipeline.matchMembers(by: "ada") }
        #expect([first?.code, second?.code] == [.configMissing, .jobInvalid])
    }

    @Test("the audit trail tells who asked, of whom, and where the members are, and no name")
    func audited() async throws {
        let (night, files) = try await Self.night()
        files.answer(.init(lines: [Self.group("match", ["mae", "ben"], night)]))
        _ = try await night.pipeline.matchMembers(by: "ada")

        let entries = try await night.store.read { try $0.audit(after: 0, limit: 100).map(\.entry) }
            .filter { $0.actor == "ada" }

        let asked = Array(repeating: "match.asked", count: 2)
        #expect(entries.map(\.action) == asked + ["match.answered", "match.answered", "members.matched"])
        #expect(entries.last?.reason == "med0: 2 matched; members in Group/g1")
    }

    private static let numbers = "https://med0.example/fhir/number"

    /// A member as the payer has it, with numbers of these types.
    private static func member(_ patient: String, numbers: [(code: String, value: String)]) throws -> Resource {
        let identifiers = numbers.map { number -> JSONValue in
            [
                "type": ["coding": [["code": .string(number.code)]]], "system": .string(Self.numbers),
                "value": .string(number.value),
            ]
        }
        return try Resource([
            "resourceType": "Patient", "id": .string("m-" + patient), "identifier": .array(identifiers),
        ])
    }

    /// A night whose clinic has been pulled and whose two patients only the payer can identify.
    private static func night(
        by rules: [MatchRule] = [.memberID, .memberMatch], asksMany: Bool = true,
        consents: [String] = ["mae", "ben"]
    ) async throws -> (Night, MatchFiles) {
        let files = MatchFiles()
        let night = try Night(
            [Card.mae, ben], mappings: usCoreMappings,
            also: [Card.coverage(), Card.coverage("M0-ben", of: "ben", id: "card-ben")], matchBy: rules,
            inquiry: .init(consent: .required, asksMany: asksMany), payerExports: files)
        _ = try await night.run("night-1", dryRun: true)
        for patient in consents {
            var consent = try Card.consent(of: patient)
            consent.json["id"] = .string("agreed-" + patient)
            night.clinic.put(consent)
        }
        return (night, files)
    }

    private static func local(_ patient: String, _ night: Night) -> String {
        let key = night.identities.key(source: "clinic0", type: "Patient", id: patient)
        return night.identities.derived("member-match", key.description, "med0")
    }

    private static func group(_ kind: String, _ patients: [String], _ night: Night) -> String {
        MatchFiles.group(
            kind,
            patients.map { (local($0, night), kind == "match" ? "Patient/m-\($0)" : "#" + local($0, night)) })
    }

    private static func matches(_ night: Night) async throws -> [MemberMatch] {
        let keys = ["mae", "ben"].map { night.identities.key(source: "clinic0", type: "Patient", id: $0) }
        let route = night.pipeline.terms.route
        return try await night.store.read { reader in try keys.compactMap { try reader.memberMatch(of: $0, route) } }
    }
}
