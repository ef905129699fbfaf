import DeclarativeFiles
import FHIRClient
import Foundation
import Jobs
import PDex
import Testing

@testable import PDexCLI

@Suite("pdex.yaml")
struct ConfigurationTests {
    static let whole = """
        store: { sqlite: ./pdex.db }
        keys: ./keys
        clinics:
          clinic0:
            base: https://fhir.clinic0.example/r4/
            client-id: pdex-at-clinic0
            key: clinic0-2026
            identifier-system: https://clinic0.example/fhir-id
            organization: { npi: "1234567893", name: Clinic0 }
        payers:
          med0:
            base: https://fhir.med0.example/r4
            client-id: pdex-at-med0
            key: med0-2026
            organization: { npi: "1003000126", name: Med0 Health Plan }
            coverage: { from: fhir }
            consent:  { file: consent.ndjson }
        """

    @Test("the gate is strict and leaves out, unless a payer's lines say otherwise; packages are paths or names")
    func conformance() throws {
        let plain = try ConfigurationFile.parse(Self.whole, path: "site/pdex.yaml")
        let told = try ConfigurationFile.parse(
            Self.whole + "\n    conformance: strict\n    on-invalid: hold\npackages: [guides/us-core.tgz, a.b#1.0.0]",
            path: "site/pdex.yaml")

        #expect(plain.payer("med0")?.conformance == ConformancePolicy(gate: .strict, onInvalid: .leaveOut))
        #expect(plain.packages == [])
        #expect(told.payer("med0")?.conformance == ConformancePolicy(gate: .strict, onInvalid: .hold))
        #expect(told.packages == ["site/guides/us-core.tgz", "a.b#1.0.0"])
        #expect(throws: FileDiagnostics.self) {
            try ConfigurationFile.parse(
                Self.whole + "\n    conformance: off\n    on-invalid: hold", path: "site/pdex.yaml")
        }
    }

    @Test("no server is spoken to with the key of a certificate that is not there, or that others may read")
    func certificateKey() throws {
        var settings = TransportSettings()
        settings.certificate = "client.pem"
        settings.certificateKey = NSTemporaryDirectory() + "/no-such-folder/client.key"

        let fault = #expect(throws: Fault.self) { try settings.options(environment: [:]) }

        #expect(fault?.code == .keyMissing)
    }

    @Test("a payer is told each author, by reference and in no version's form, unless its lines say otherwise")
    func provenance() throws {
        let plain = try ConfigurationFile.parse(Self.whole, path: "site/pdex.yaml")
        let told = try ConfigurationFile.parse(
            Self.whole + "\n    provenance: each-resource\n    provenance-sources: identifier\n    pdex: 2.2.0",
            path: "site/pdex.yaml")
        #expect(plain.payer("med0")?.provenance == ProvenancePolicy(detail: .eachAuthor, sources: .reference))
        #expect(
            told.payer("med0")?.provenance
                == ProvenancePolicy(detail: .eachResource, sources: .identifier, version: .v2_2_0))
        for line in ["provenance: all", "provenance-sources: none", "pdex: 3.0.0", "pdex: 2.2"] {
            #expect(throws: FileDiagnostics.self) {
                try ConfigurationFile.parse(Self.whole + "\n    " + line, path: "site/pdex.yaml")
            }
        }
    }

    @Test(
        "a payer is closed after five failures in a row or fifty in all, for up to an hour, unless its lines say otherwise"
    )
    func circuitBreaker() throws {
        let plain = try ConfigurationFile.parse(Self.whole, path: "site/pdex.yaml")
        let told = try ConfigurationFile.parse(
            Self.whole + "\n    circuit-breaker: { failures: 9, budget: 90, from: 5s, to: 2h }", path: "site/pdex.yaml")
        let usual = BreakerPolicy(failures: 5, budget: 50, firstSeconds: 60, longestSeconds: 3600)
        #expect(plain.payer("med0")?.breaker == usual)
        #expect(
            told.payer("med0")?.breaker
                == BreakerPolicy(failures: 9, budget: 90, firstSeconds: 5, longestSeconds: 7200))
        #expect(throws: FileDiagnostics.self) {
            try ConfigurationFile.parse(
                Self.whole + "\n    circuit-breaker: { from: 2h, to: 1h }", path: "site/pdex.yaml")
        }
    }

    @Test("what is finished is kept for good, unless retention says otherwise, in days")
    func retention() throws {
        let told = { (line: String) in
            try ConfigurationFile.parse(
                Self.whole.replacing("./pdex.db }", with: "./pdex.db, retention: { \(line) } }"), path: "pdex.yaml")
        }

        let usual = try ConfigurationFile.parse(Self.whole, path: "pdex.yaml").retention
        #expect("\(usual)" == "StoreRetention(bundles: nil, receipts: nil, requests: nil)")
        let retention = try told("bundles: 30d, requests: 90d").retention
        #expect("\(retention)" == "StoreRetention(bundles: Optional(30), receipts: nil, requests: Optional(90))")
        for wrong in ["bundles: 30", "bundles: 0d", "bundles: -1d", "receipts: 1y", "audit: 30d"] {
            #expect(throws: FileDiagnostics.self) { try told(wrong) }
        }
    }

    @Test("everything that is written is read, paths from the folder of the file")
    func reads() throws {
        let configuration = try ConfigurationFile.parse(Self.whole, path: "site/pdex.yaml")

        #expect(configuration.store == "site/pdex.db")
        #expect(configuration.keys == "site/keys")
        #expect(configuration.identitySecret == "site/keys/identity.secret")
        #expect(configuration.jobs == "site/jobs")
        #expect(configuration.mappings == "site/mappings")
        let clinic = try #require(configuration.clinic("clinic0")?.server)
        #expect(clinic.base == "https://fhir.clinic0.example/r4")
        #expect(clinic.party.npi == "1234567893")
        #expect(clinic.party.identifierSystem == "https://clinic0.example/fhir-id")
        #expect(configuration.clinic("clinic0")?.connection(jobs: [], payers: []).maxFileBytes == 4 << 30)
        #expect(configuration.clinic("clinic0")?.connection(jobs: [], payers: []).showsCertificate == false)
        let payer = try #require(configuration.payer("med0"))
        #expect(payer.coverage == .fhir)
        #expect(payer.consent == .file("site/consent.ndjson"))
        #expect(payer.server.identifierSystem == "https://fhir.med0.example/r4")
    }

    @Test("a log of exports is kept only when it is asked for")
    func bulkLog() throws {
        let without = try ConfigurationFile.parse(Self.whole, path: "site/pdex.yaml")
        let with = try ConfigurationFile.parse(Self.whole + "\nbulk-log: exports.ndjson\n", path: "site/pdex.yaml")

        #expect(without.bulkLog == nil)
        #expect(with.bulkLog == "site/exports.ndjson")
    }

    @Test("what may be said besides is read, too")
    func optional() throws {
        let text = Self.whole.replacing(
            "    key: clinic0-2026\n",
            with: """
                    key: clinic0-2026
                    scopes: v1
                    audience: https://fhir.clinic0.example/r4
                    extra-scopes: ["system/Observation.read?category=laboratory", "urn:operation"]
                    ca-file: ../ca.pem
                    client-certificate: { certificate: our.pem, key: our.key }
                    token-endpoint: https://auth.clinic0.example/token
                    file-origins: [https://files.clinic0.example]
                    private-network: true
                    max-file-size: 16GiB
                    quiet-hours: { from: "07:00", to: "19:00", zone: Europe/Berlin, days: [mon, tue] }
                    max-pages: 20000
                    max-connections: 3

                """)

        let clinic = try #require(try ConfigurationFile.parse(text, path: "a/b/pdex.yaml").clinic("clinic0"))

        let server = clinic.server
        #expect(clinic.maxFileBytes == 16 << 30)
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        #expect(clinic.quietHours == QuietHours(from: "07:00", to: "19:00", zone: berlin, days: [.monday, .tuesday]))
        #expect(clinic.connection(jobs: [], payers: []).maxFileBytes == 16 << 30)
        #expect(clinic.connection(jobs: [], payers: []).maxPages == 20_000)
        #expect(clinic.connection(jobs: [], payers: []).maxConnections == 3)
        #expect(clinic.connection(jobs: [], payers: []).showsCertificate)
        #expect(server.scopes == .v1)
        #expect(server.audience == "https://fhir.clinic0.example/r4")
        #expect(
            clinic.connection(jobs: [], payers: []).scopes.text(in: .v1)
                == "system/Observation.read?category=laboratory urn:operation")
        #expect(server.tokenEndpoint == "https://auth.clinic0.example/token")
        #expect(server.fileOrigins == ["https://files.clinic0.example"])
        #expect(server.isPrivate)
        #expect(
            server.transport
                == TransportSettings(
                    authorities: "a/ca.pem", certificate: "a/b/our.pem", certificateKey: "a/b/our.key",
                    maxConnections: 3))
    }

    @Test(
        "what is wrong is said with its line, and what was probably meant",
        arguments: [
            ("store:", "stor:", "pdex.yaml:1:1: unknown key 'stor' in the configuration — did you mean 'store'?"),
            (
                "client-id: pdex-at-clinic0", "client_id: pdex-at-clinic0",
                "pdex.yaml:6:5: unknown key 'client_id' in a clinic — did you mean 'client-id'?"
            ),
            (
                "https://fhir.clinic0.example/r4/", "http://fhir.clinic0.example/r4",
                "pdex.yaml:5:11: 'base' cannot be used: http is only for this machine itself (127.0.0.1); write https"
            ),
            (
                "\"1234567893\"", "\"1234567890\"",
                "pdex.yaml:9:26: 'npi' must be ten digits with the right check digit, in quotes"
            ),
            (
                "\"1234567893\"", "1234567893",
                "pdex.yaml:9:26: 'npi' must be text, found the number 1234567893; if it is text, write \"1234567893\""
            ),
            (
                "key: clinic0-2026", "key: clinic0-2026\n    max-file-size: 1KB",
                "pdex.yaml:8:20: 'max-file-size' must be from 1MB to 1024GiB"
            ),
            (
                "key: clinic0-2026",
                "key: clinic0-2026\n    quiet-hours: { from: \"7\", to: \"19:00\", zone: UTC }",
                "pdex.yaml:8:18: 'from' and 'to' must be two times of day such as \"07:00\", in quotes"
            ),
            (
                "key: clinic0-2026",
                "key: clinic0-2026\n    quiet-hours: { from: \"07:00\", to: \"19:00\", zone: UTC, days: [mo] }",
                "pdex.yaml:8:65: 'days' are some of sun, mon, tue, wed, thu, fri, sat"
            ),
            (
                "  med0:", "  clinic0:",
                "pdex.yaml:11:3: 'clinic0' is the name of another server; each needs its own"
            ),
            (
                "{ from: fhir }", "{ from: fhri }",
                "pdex.yaml:16:23: 'from' must be one of fhir, bulk-export, found 'fhri' — did you mean 'fhir'?"
            ),
            (
                "{ from: fhir }", "{ from: fhir, file: a.ndjson }",
                "pdex.yaml:16:15: 'coverage' needs exactly one of 'from', 'file', 'folder' and 'csv'"
            ),
            (
                "https://clinic0.example/fhir-id", "fhir-id",
                "pdex.yaml:8:24: 'identifier-system' must be an absolute URI of yours, such as https://clinic.example/fhir-id"
            ),
            (
                "  clinic0:", "  Clinic_0:",
                "pdex.yaml:4:3: 'Clinic_0' cannot be the name of a clinic: use a letter and then letters, digits and "
                    + "dashes, all small, at most 64"
            ),
            (
                "./keys", "~/keys",
                "pdex.yaml:2:7: 'keys' must be a path; relative ones are taken from the folder of this file, and ~ is "
                    + "not expanded"
            ),
        ])
    func diagnoses(right: String, wrong: String, said: String) throws {
        let text = Self.whole.replacing(right, with: wrong, maxReplacements: 1)

        let diagnostics = try #require(throws: FileDiagnostics.self) {
            try ConfigurationFile.parse(text, path: "pdex.yaml")
        }

        #expect(diagnostics.all.map(\.description).contains(said), "\(diagnostics)")
    }

    @Test("everything that is wrong is said at once")
    func all() throws {
        let text = "store: { sqlit: a }\nkeys: 5\nclinics: {}\n"

        let diagnostics = try #require(throws: FileDiagnostics.self) {
            try ConfigurationFile.parse(text, path: "pdex.yaml")
        }

        #expect(
            diagnostics.all.map(\.description) == [
                "pdex.yaml:1:1: the configuration needs the key 'payers'",
                "pdex.yaml:1:8: the store needs the key 'sqlite'",
                "pdex.yaml:1:10: unknown key 'sqlit' in the store — did you mean 'sqlite'?",
                "pdex.yaml:2:7: 'keys' must be text, found the number 5; if it is text, write \"5\"",
                "pdex.yaml:3:10: 'clinics' must name at least one clinic",
            ])
    }

    @Test("a file that is not there is told from one that is wrong")
    func missing() throws {
        let fault = try #require(throws: Fault.self) { try ConfigurationFile.load(path: "nowhere/pdex.yaml") }

        #expect(fault.code == .configMissing)
        #expect(fault.hint?.contains("--config") == true)
    }
}
