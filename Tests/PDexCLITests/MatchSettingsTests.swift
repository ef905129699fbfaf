import DeclarativeFiles
import FHIRClient
import Jobs
import PDex
import Testing

@testable import PDexCLI

@Suite("How a payer is asked who somebody is")
struct MatchSettingsTests {
    @Test("what is said is read; otherwise three questions and no consent")
    func reads() throws {
        let said = try Self.settings(
            "{ attempts: 2, consent: when-recorded, bulk: true }")
        let unsaid = try Self.settings("{ }")
        #expect(said.inquiry == ExchangeTerms.Inquiry(attempts: 2, consent: .whenRecorded, asksMany: true))
        #expect(unsaid.inquiry == ExchangeTerms.Inquiry(attempts: 3, consent: .never))
    }

    @Test(
        "what cannot be meant is said with its line",
        arguments: [
            ("{ bulk: true }", "a Consent goes with each question in bulk"),
            ("{ attempts: 11 }", "'attempts' must be from 1 to 10"),
            ("{ consent: always }", "'consent' must be one of required, when-recorded, never"),
            ("{ attempt: 2 }", "did you mean 'attempts'?"),
        ])
    func wrong(text: String, said: String) throws {
        let diagnostics = try #require(throws: FileDiagnostics.self) { try Self.settings(text) }
        #expect(diagnostics.all.map(\.description).contains { $0.contains(said) }, "\(diagnostics)")
    }

    @Test("what is needed to ask is asked to be allowed, and only for jobs that ask")
    func scopes() throws {
        let configuration = try Self.configuration("{ consent: required }")
        let (asking, other) = (try Self.job("[member-id, member-match]"), try Self.job("[member-id]"))
        let clinic = try #require(configuration.clinic("clinic0"))
        func scopes(_ job: Job) -> [Substring] {
            clinic.connection(jobs: [job], payers: configuration.payers).scopes.text(in: .v2).split(separator: " ")
        }
        #expect(Set(scopes(asking)).subtracting(scopes(other)) == ["system/Coverage.rs"])
        // Every job looks for objections at the clinic (CO-01).
        #expect(scopes(other).contains("system/Consent.rs"))
    }

    @Test(
        "a payer that may delete, or be asked about many, is asked for the scopes to do so", arguments: [true, false])
    func payerScopes(isSaid: Bool) throws {
        let words = isSaid ? "    after-revocation: delete\n" : ""
        let configuration = try ConfigurationFile.parse(
            ConfigurationTests.whole
                + "\n    match: { member-match: { consent: required, bulk: \(isSaid) } }\n" + words, path: "pdex.yaml")
        let payer = try #require(configuration.payer("med0"))
        let scopes = try payer.connection(jobs: [Self.job("[member-match]")]).scopes.text(in: .v2)
            .split(separator: " ").map(String.init)
        #expect(!scopes.contains("system/Group.rs"))
        #expect(scopes.contains("system/Group.r") == isSaid)
        #expect(scopes.contains("system/Encounter.cud") == isSaid)
        #expect(payer.exports == isSaid)
        let policy: ExchangeTerms.AfterRevocation = isSaid ? .delete : .leave
        #expect(payer.afterRevocation == policy)
    }

    @Test("a clinic is asked for reading alone, a payer for writing what the job brings, nobody for bundles (SBS-43)")
    func leastPrivilege() throws {
        let configuration = try ConfigurationFile.parse(ConfigurationTests.whole, path: "pdex.yaml")
        let jobs = [try Self.job("[member-id]")]
        let clinic = try #require(configuration.clinic("clinic0")).connection(jobs: jobs, payers: configuration.payers)
        let payer = try #require(configuration.payer("med0")).connection(jobs: jobs)
        #expect(
            clinic.scopes.text(in: .v2)
                == "system/Consent.rs system/Encounter.rs system/Location.rs system/Medication.rs "
                + "system/Organization.rs system/Patient.rs system/Practitioner.rs system/PractitionerRole.rs "
                + "system/Provenance.rs")
        #expect(
            clinic.neededScopes?.text(in: .v2)
                == "system/Encounter.rs system/Location.rs system/Medication.rs system/Organization.rs "
                + "system/Patient.rs system/Practitioner.rs system/PractitionerRole.rs system/Provenance.rs")
        #expect(
            payer.scopes.text(in: .v2)
                == "system/Coverage.rs system/Encounter.cu system/Location.cu system/Medication.cu "
                + "system/Organization.crus system/Patient.crus system/Practitioner.cu system/PractitionerRole.cu "
                + "system/Provenance.cu")
    }

    @Test(
        "a payer's types narrow what may be written there only if nothing is ever taken back",
        arguments: [("off", "leave", false), ("entered-in-error", "leave", true), ("off", "delete", true)])
    func typesAndScopes(retract: String, afterRevocation: String, isWhole: Bool) throws {
        let configuration = try ConfigurationFile.parse(
            ConfigurationTests.whole
                + "\n    types: [Condition]\n    retract: \(retract)\n    after-revocation: \(afterRevocation)\n",
            path: "pdex.yaml")
        let payer = try #require(configuration.payer("med0"))
        let scopes = try payer.connection(jobs: [Self.job("[member-id]")]).scopes.text(in: .v2)
        #expect(scopes.contains("system/Encounter.") == isWhole)
        #expect(scopes.contains("system/Patient."))
    }

    private static func settings(_ text: String) throws -> MatchSettings {
        try #require(configuration(text).payer("med0")).match
    }

    private static func configuration(_ text: String) throws -> Configuration {
        try ConfigurationFile.parse(
            ConfigurationTests.whole + "\n    match: { member-match: \(text) }\n", path: "pdex.yaml")
    }

    private static func job(_ rules: String) throws -> Job {
        try JobFile.parse(
            """
            job: nightly
            on: { request: true }
            from: clinic0
            to: med0
            select: { types: [Patient, Encounter] }
            match: { by: \(rules) }
            map: us-core-6.1.0
            """, path: "jobs/nightly.yaml")
    }
}
