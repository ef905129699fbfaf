import DeclarativeFiles
import FHIRClient
import Foundation
import Jobs
import PDex
import Testing

@testable import PDexCLI

@Suite("Drop folders of payers")
struct DropSettingsTests {
    private static func payers(_ folders: [String]) -> String {
        let payers = folders.enumerated().map { index, folder in
            """
              med\(index):
                base: https://fhir.med\(index).example/r4
                client-id: pdex
                key: med0-2026
                organization: { npi: "1003000126", name: Med\(index) }
                coverage: { file: coverage.ndjson }
                consent: { file: consent.ndjson }
                drop-folder: \(folder)
            """
        }
        return """
            store: { sqlite: ./pdex.db }
            keys: ./keys
            clinics:
              clinic0:
                base: https://fhir.clinic0.example/r4
                client-id: pdex
                key: clinic0-2026
                identifier-system: https://clinic0.example/fhir-id
                organization: { npi: "1234567893", name: Clinic0 }
            payers:
            \(payers.joined(separator: "\n"))
            """
    }

    private static func job(_ kind: ExchangeTerms.Delivery.Kind) -> Job {
        Job(
            name: "nightly", about: "", schedule: nil, allowsRequests: true, clinic: "clinic0", payer: "med0",
            selection: .init(method: .auto, group: nil, types: ["Patient", "Encounter"], since: .all),
            matchBy: [.memberID], mappings: "us-core-6.1.0", delivery: Job.Delivery(kind: kind),
            retry: RetryPolicy())
    }

    @Test("a folder is taken from the place of the configuration, and no two payers share one")
    func folders() throws {
        let configuration = try ConfigurationFile.parse(Self.payers(["./a/", "./b"]), path: "/etc/pdex/pdex.yaml")

        let said = #expect(throws: FileDiagnostics.self) {
            try ConfigurationFile.parse(Self.payers(["./a/", "a"]), path: "/etc/pdex/pdex.yaml")
        }

        #expect(configuration.payers.map(\.dropFolder) == ["/etc/pdex/a", "/etc/pdex/b"])
        #expect("\(try #require(said))".contains("'drop-folder' is the folder of another payer"))
    }

    @Test(
        "nothing is asked for to write where files are left; a payer of which all is files is not asked at all",
        arguments: [(ExchangeTerms.Delivery.Kind.fileDrop, true), (.transaction, false), (.put, false)])
    func scopes(kind: ExchangeTerms.Delivery.Kind, isAskedNothing: Bool) throws {
        let configuration = try ConfigurationFile.parse(Self.payers(["./a"]), path: "/etc/pdex/pdex.yaml")
        let payer = try #require(configuration.payers.first)
        let job = Self.job(kind)

        #expect(payer.connection(jobs: [job]).scopes.isEmpty == isAskedNothing)
        #expect(payer.isAskedNothing(by: [job]) == isAskedNothing)
        #expect(!payer.isAskedNothing(by: []))
    }

    @Test("who we are to a payer, and where it fetches files, is read; a job that needs either says what is missing")
    func submitting() throws {
        let told = try ConfigurationFile.parse(
            Self.payers(["./a\n    submitter: { system: \"https://p.example/s\", value: us }"])
                + "\nfiles: { url: \"https://files.example/pdex/\" }", path: "/etc/pdex/pdex.yaml")

        #expect(told.files == FilesSettings(host: "127.0.0.1", port: 8481, url: "https://files.example/pdex"))
        #expect(told.payers.first?.submitter == SubmitterSettings(system: "https://p.example/s", value: "us"))
        #expect(throws: FileDiagnostics.self) {
            try ConfigurationFile.parse(
                Self.payers(["./a"]) + "\nfiles: { url: \"http://files.example\" }", path: "/etc/pdex/pdex.yaml")
        }
    }

    @Test("a payer that fetches files is asked for the scope of that, and for none to write resources")
    func submittingScope() throws {
        let configuration = try ConfigurationFile.parse(Self.payers(["./a"]), path: "/etc/pdex/pdex.yaml")
        let payer = try #require(configuration.payers.first)

        #expect(
            payer.connection(jobs: [Self.job(.bulkSubmit)]).scopes.text(in: .v2) == "system/bulk-submit")
        #expect(!payer.isAskedNothing(by: [Self.job(.bulkSubmit)]))
    }

    @Test("the doctor says that a drop folder is not there")
    func doctor() async throws {
        let configuration = try ConfigurationFile.parse(Self.payers(["./a"]), path: "/nowhere/pdex.yaml")
        var doctor = Doctor()

        await doctor.examine({ configuration }, reaches: false)

        let finding = doctor.findings.first { $0.subject == "drops for med0" }
        #expect(finding?.verdict == .fail)
        #expect(finding?.found == "payer.folder-unusable: The drop folder of med0 is not there.")
    }
}
