import FHIR
import FHIRClient
import Foundation
import PDex
import PDexTesting
import Testing

/// The log of exports in the form that the clients of Bulk Data share.
@Suite("Bulk log")
struct BulkLogTests {
    private let status = AuthorizationServer.base + "/status/1"
    private let request = ExportRequest(
        level: .group("g1"), types: ["Patient"], since: nil, typeFilters: ["Patient?identifier=canary"])

    @Test("an export is written down from its kick-off to its end, under one id")
    func wholeExport() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/bulk.ndjson"
        let clinic = try clinic(file, isBroken: false)

        let start = try await clinic.startExport(request)
        _ = try await clinic.pollExport(start.statusURL)
        let progress = try await clinic.pollExport(start.statusURL)
        try await download(progress, from: clinic)
        await clinic.finishExport(start.statusURL)

        let entries = try entries(file)
        #expect(
            entries.map { $0["eventId"]?.string } == [
                "kickoff", "status_progress", "status_complete", "status_page_complete", "manifest_complete",
                "download_request", "download_complete", "export_complete",
            ])
        #expect(Set(entries.map { $0["exportId"]?.string }).count == 1)
        #expect(entries.allSatisfy { $0["timestamp"]?.string == "2026-01-01T00:00:00.000Z" })
        #expect(entries[6]["eventDetail"]?["resourceCount"]?.number?.int == 2)
        #expect(entries[7]["eventDetail"]?["bytes"]?.number?.int == 74)
        #expect(entries[7]["eventDetail"]?["files"]?.number?.int == 1)
    }

    @Test("a clinic that is logged keeps its own limits")
    func limits() throws {
        let folder = try TemporaryFolder()
        let clinic = try clinic(folder.path + "/bulk.ndjson", isBroken: false, mostPages: 120)

        #expect(clinic.mostPages == 120)
        #expect(clinic.base == AuthorizationServer.base)
    }

    @Test("what goes wrong is written down with its code")
    func failures() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/bulk.ndjson"
        let clinic = try clinic(file, isBroken: true)

        await #expect(throws: Fault.self) { try await clinic.startExport(request) }
        await #expect(throws: Fault.self) { try await clinic.pollExport(status) }
        await #expect(throws: Fault.self) {
            try await clinic.download(.init(type: nil, url: status, count: nil), requiresAccessToken: true) { _ in }
        }

        let entries = try entries(file)
        #expect(
            entries.map { $0["eventId"]?.string } == ["kickoff", "status_error", "download_request", "download_error"])
        #expect(entries[0]["eventDetail"]?["errorCode"]?.number?.int == 403)
        #expect(entries[0]["eventDetail"]?["errorBody"]?.string?.hasPrefix("auth.forbidden") == true)
        #expect([1, 3].allSatisfy { entries[$0]["eventDetail"]?["code"]?.number?.int == 403 })
        #expect([1, 3].allSatisfy { entries[$0]["eventDetail"]?["message"]?.string?.hasPrefix("auth.") == true })
    }

    @Test("each event has the fields that readers of the log expect")
    func fields() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/bulk.ndjson"
        let clinic = try clinic(file, isBroken: false)

        let start = try await clinic.startExport(request)
        _ = try await clinic.pollExport(start.statusURL)
        try await download(try await clinic.pollExport(start.statusURL), from: clinic)
        await clinic.finishExport(start.statusURL)

        let details = try entries(file).map { entry in
            (entry["eventId"]?.string ?? "", Set((entry["eventDetail"]?.object?.members ?? []).map(\.key)))
        }
        let expected: [String: Set<String>] = [
            "kickoff": [
                "exportUrl", "softwareName", "softwareVersion", "softwareReleaseDate", "fhirVersion",
                "requestParameters", "errorCode", "errorBody", "responseHeaders",
            ],
            "status_progress": ["body", "xProgress", "retryAfter"],
            "status_complete": ["transactionTime"],
            "status_page_complete": ["transactionTime", "outputFileCount", "deletedFileCount", "errorFileCount"],
            "manifest_complete": [
                "transactionTime", "totalOutputFileCount", "totalDeletedFileCount", "totalErrorFileCount",
                "totalManifests",
            ],
            "download_request": ["fileUrl", "itemType", "resourceType"],
            "download_complete": ["fileUrl", "resourceCount", "fileSize"],
            "export_complete": ["files", "resources", "bytes", "attachments", "duration"],
        ]
        #expect(Set(details.map(\.0)) == Set(expected.keys))
        #expect(details.allSatisfy { expected[$0.0] == $0.1 })
    }

    @Test("a kick-off tells the server's software, not ours")
    func software() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/bulk.ndjson"

        _ = try await clinic(file, isBroken: false).startExport(request)

        let detail = try entries(file)[0]["eventDetail"]
        #expect(detail?["softwareName"]?.string == "Clinic Server")
        #expect(detail?["softwareVersion"]?.string == "7.2")
        #expect(detail?["softwareReleaseDate"] == .null)
        #expect(detail?["fhirVersion"]?.string == "4.0.1")
        #expect(detail?["errorCode"] == .null)
    }

    @Test("it tells no filter, no query and no token, and nobody else may read it")
    func keepsQuiet() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/bulk.ndjson"
        try Data().write(to: URL(fileURLWithPath: file))
        let clinic = try clinic(file, isBroken: false)

        let start = try await clinic.startExport(request)
        _ = try await clinic.pollExport(start.statusURL)
        try await download(try await clinic.pollExport(start.statusURL), from: clinic)

        let text = try String(contentsOfFile: file, encoding: .utf8)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(!text.contains("canary"))
        #expect(!text.contains("?"))
        #expect(!text.contains("Bearer") && !text.contains("t1"))
        #expect(mode == 0o600)
    }

    @Test("a log that cannot be opened is a fault of the configuration")
    func refusesOddPlaces() {
        let fault = #expect(throws: Fault.self) { try BulkLog(path: "/dev/null/bulk.ndjson") }

        #expect(fault?.code == .configInvalid)
    }

    private func clinic(_ file: String, isBroken: Bool, mostPages: Int? = nil) throws -> LoggedClinic {
        let status = status
        let manifest = #"""
            {"transactionTime":"2026-01-11T00:00:00Z","request":"x","requiresAccessToken":true,"error":[],
             "output":[{"type":"Patient","url":"\#(AuthorizationServer.base)/f?sig=canary"}]}
            """#
        let metadata = #"""
            {"resourceType":"CapabilityStatement","fhirVersion":"4.0.1",
             "software":{"name":"Clinic Server","version":"7.2","releaseDate":"\u0000"}}
            """#
        let lines = #"{"resourceType":"Patient","id":"p1"}"# + "\n" + #"{"resourceType":"Patient","id":"p2"}"# + "\n"
        let transport = AuthorizationServer().transport { request, number in
            switch request.url.text {
            case _ where isBroken: .json("{}", status: 403)
            case let url where url.contains("$export"): .json("", status: 202, headers: ["Content-Location": status])
            case let url where url.contains("/f?"): .json(lines)
            case let url where url.hasSuffix("/metadata"): .json(metadata)
            default: number < 6 ? .json("", status: 202, headers: ["X-Progress": "half"]) : .json(manifest)
            }
        }
        let clock = ManualClock()
        let client = ClinicClient(try session(transport, clock, isAuthorized: true, maxPages: mostPages))
        return LoggedClinic(client, log: try BulkLog(path: file), clock: clock)
    }

    private func download(_ progress: ExportProgress, from clinic: LoggedClinic) async throws {
        guard case .complete(let manifest) = progress else { throw TransportError(.malformed, mayHaveArrived: false) }
        for file in manifest.output { _ = try await clinic.download(file, requiresAccessToken: true) { _ in } }
    }

    private func entries(_ file: String) throws -> [JSONValue] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
            try JSONParser.parse(Array($0.utf8))
        }
    }
}
