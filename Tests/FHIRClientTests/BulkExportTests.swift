import FHIR
import FHIRClient
import PDex
import PDexTesting
import Testing

/// Bulk Data exports (BLK-01 to BLK-50).
@Suite("Bulk export")
struct BulkExportTests {
    private let clock = ManualClock()
    private let status = AuthorizationServer.base + "/status/1"

    @Test("an export is kicked off by GET with what is wanted, and its status URL is returned")
    func starts() async throws {
        let location = status
        let transport = FunctionTransport { _, _ in .json("", status: 202, headers: ["Content-Location": location]) }
        let client = ClinicClient(try session(transport))

        let url = try await client.startExport(
            ExportRequest(level: .group("g1"), types: ["Patient", "Encounter"], since: Instant(seconds: 0)))
        _ = try await client.startExport(ExportRequest(level: .system, types: [], since: nil))

        #expect(url.statusURL == status)
        #expect(
            transport.requests.map(\.url.text) == [
                AuthorizationServer.base
                    + "/Group/g1/$export?_outputFormat=application/fhir%2Bndjson&_type=Patient,Encounter"
                    + "&_since=1970-01-01T00:00:00.000Z",
                AuthorizationServer.base + "/$export?_outputFormat=application/fhir%2Bndjson",
            ])
        #expect(transport.requests[0].headers["Prefer"] == "respond-async")
        #expect(transport.requests[0].headers["Accept"] == "application/fhir+json")
    }

    @Test(
        "a kick-off is asked once: a busy server, a missing or a foreign status URL are faults",
        arguments: [
            (429, nil, FaultCode.remoteThrottled), (202, nil, .remoteMalformed), (400, nil, .remoteRefused),
            (202, "https://evil.example/1", .remotePolicy), (202, "/status/1", .remotePolicy),
        ] as [(Int, String?, FaultCode)])
    func refusesOddStarts(status: Int, location: String?, code: FaultCode) async throws {
        var headers: HTTPHeaders = [:]
        headers["Content-Location"] = location
        let answer = HTTPResponse.json("{}", status: status, headers: headers)
        let transport = FunctionTransport { _, _ in answer }

        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(transport)).startExport(
                ExportRequest(level: .patient, types: [], since: nil))
        }

        #expect(fault?.code == code)
        #expect(transport.requests.count == 1)
    }

    @Test(
        "an export that is still running says when to ask again",
        arguments: [
            (202, "120", "", 120), (202, "Thu, 01 Jan 2026 00:01:00 GMT", "", 60), (202, "soon", "", nil),
            (429, "9", "", 9),
            (500, "5", #"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"transient"}]}"#, 5),
            (404, "5", #"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"lock-error"}]}"#, 5),
        ] as [(Int, String, String, Int?)])
    func keepsRunning(code: Int, after: String, body: String, seconds: Int?) async throws {
        let transport = FunctionTransport { _, _ in .json(body, status: code, headers: ["Retry-After": after]) }

        let progress = try await ClinicClient(try session(transport, clock)).pollExport(status)

        guard case .running(let retryAfter, _) = progress else {
            Issue.record("the export should be running")
            return
        }
        #expect(retryAfter == seconds)
        #expect(transport.requests[0].headers["Accept"] == "application/json")
    }

    @Test(
        "how an export is doing is asked with the token of its kick-off, whose scopes are those of all types (BLK-24)")
    func pollsWithToken() async throws {
        let location = status
        let transport = AuthorizationServer().transport { _, _ in
            .json("", status: 202, headers: ["Content-Location": location])
        }
        let client = ClinicClient(try session(transport, clock, isAuthorized: true))

        _ = try await client.startExport(ExportRequest(level: .patient, types: ["Encounter"], since: nil))
        _ = try await client.pollExport(status)
        await client.finishExport(status)

        let asked = transport.requests.suffix(3)
        #expect(asked.map(\.method) == [.get, .get, .delete])
        #expect(asked.map { $0.headers["Authorization"] } == ["Bearer t1", "Bearer t1", "Bearer t1"])
        #expect(transport.tokenRequests.map { FunctionTransport.form($0)["scope"] } == ["system/Encounter.rs"])
    }

    @Test(
        "a busy server, or a gateway that does not get through, says nothing against an export that goes on",
        arguments: [408, 429, 502, 503, 504],
        [("17", 17), ("Thu, 01 Jan 2026 00:02:00 GMT", 120), ("", nil)] as [(String, Int?)])
    func outwaitsTrouble(code: Int, after: (text: String, seconds: Int?)) async throws {
        let transport = FunctionTransport { _, _ in
            .json("<html>", status: code, headers: ["Retry-After": after.text])
        }

        let progress = try await ClinicClient(try session(transport, clock)).pollExport(status)

        guard case .running(let seconds, let note) = progress else {
            Issue.record("the export should be running")
            return
        }
        #expect(seconds == after.seconds)
        #expect(note == (code == 429 ? "slow down" : "answered \(code)"))
        #expect(transport.requests.count == 1)
    }

    @Test(
        "a poll that is not allowed, or led elsewhere, is a fault and no progress",
        arguments: [(401, FaultCode.authTokenRefused), (403, .authForbidden), (307, .remotePolicy)])
    func refusesPolls(code: Int, fault expected: FaultCode) async throws {
        let transport = FunctionTransport { _, _ in .json("{}", status: code, headers: ["Retry-After": "5"]) }

        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(transport)).pollExport(status)
        }

        #expect(fault?.code == expected)
        #expect(fault?.disposition == .halt)
    }

    @Test("an export that failed, or that nobody knows any more, is a fault", arguments: [404, 410, 500, 400])
    func reportsFailures(code: Int) async throws {
        let transport = FunctionTransport { _, _ in .json("<html>", status: code) }

        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(transport)).pollExport(status)
        }

        #expect(fault?.code == .clinicExportFailed)
    }

    @Test("a manifest is read in the words of every version", arguments: ["error", "outcome"])
    func readsManifests(name: String) async throws {
        let body = """
            {"transactionTime":"2026-01-11T02:13:45.120Z","request":"x","requiresAccessToken":true,"extension":[],
             "output":[{"type":"Patient","url":"https://f/1","count":3},{"url":"https://f/2"}],
             "\(name)":[{"type":"OperationOutcome","url":"https://f/3"}],"deleted":[{"type":"Bundle","url":"https://f/4"}]}
            """
        let transport = FunctionTransport { _, _ in .json(body) }

        let progress = try await ClinicClient(try session(transport)).pollExport(status)

        guard case .complete(let manifest) = progress else {
            Issue.record("the export should be complete")
            return
        }
        #expect(manifest.transactionTime.text == "2026-01-11T02:13:45.120Z")
        #expect(manifest.requiresAccessToken)
        #expect(
            manifest.output == [
                .init(type: "Patient", url: "https://f/1", count: 3), .init(type: nil, url: "https://f/2", count: nil),
            ])
        #expect(manifest.errors.map(\.url) == ["https://f/3"])
        #expect(manifest.deleted.map(\.url) == ["https://f/4"])
    }

    @Test(
        "a manifest that lacks something, or is only a part, is refused",
        arguments: [
            #"{"requiresAccessToken":true,"output":[]}"#,
            #"{"transactionTime":"2026-01-11","requiresAccessToken":true,"output":[]}"#,
            #"{"transactionTime":"2026-01-11T00:00:00Z","output":[]}"#,
            #"{"transactionTime":"2026-01-11T00:00:00Z","requiresAccessToken":"true","output":[]}"#,
            #"{"transactionTime":"2026-01-11T00:00:00Z","requiresAccessToken":true}"#,
            #"{"transactionTime":"2026-01-11T00:00:00Z","requiresAccessToken":true,"output":[{"type":"Patient"}]}"#,
            #"{"transactionTime":"2026-01-11T00:00:00Z","requiresAccessToken":true,"output":[],"error":{}}"#,
            #"{"transactionTime":"2026-01-11T00:00:00Z","requiresAccessToken":true,"output":[],"link":[{"relation":"next"}]}"#,
            "[]", "<html>",
        ])
    func refusesOddManifests(body: String) async throws {
        let transport = FunctionTransport { _, _ in .json(body) }

        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(transport)).pollExport(status)
        }

        #expect(fault?.code == .remoteMalformed)
    }

    @Test(
        "a file is read with the token only when the manifest says so, and never at another origin",
        arguments: [
            (true, AuthorizationServer.base + "/f", "Bearer t1"), (false, AuthorizationServer.base + "/f", nil),
            (false, "https://files.example.org/f", nil),
        ] as [(Bool, String, String?)])
    func sendsTokenOnlyWhenAsked(requiresToken: Bool, url: String, authorization: String?) async throws {
        let transport = AuthorizationServer().transport { _, _ in .json("{}\n") }
        let client = ClinicClient(
            try session(transport, isAuthorized: true, openOrigins: ["https://files.example.org"]))
        let file = ExportManifest.File(type: "Patient", url: url, count: 1)

        _ = try await client.download(file, requiresAccessToken: requiresToken) { _ in }

        #expect(transport.requests.last?.url.text == url)
        #expect(transport.requests.last?.headers["Authorization"] == authorization)
    }

    @Test(
        "a file elsewhere is refused when it wants our token",
        arguments: ["https://files.example.org/f", "https://evil.example/f"])
    func keepsTokenHome(url: String) async throws {
        let transport = AuthorizationServer().transport { _, _ in .json("{}\n") }
        let client = ClinicClient(
            try session(transport, isAuthorized: true, openOrigins: ["https://files.example.org"]))

        await #expect(throws: Fault.self) {
            try await client.download(.init(type: nil, url: url, count: nil), requiresAccessToken: true) { _ in }
        }

        #expect(transport.requests.isEmpty)
    }

    @Test("lines arrive whole, blank ones and line ends left out, the last without a line feed when it parses")
    func deliversLines() async throws {
        let transport = FunctionTransport { _, _ in .json("{\"a\":1}\r\n\n  \n{\"b\":2}\n{\"c\":3}") }
        let client = ClinicClient(try session(transport))
        var lines: [String] = []

        let count = try await client.download(
            .init(type: nil, url: AuthorizationServer.base + "/f", count: nil), requiresAccessToken: true
        ) { batch in
            lines += batch.lines.map { String(decoding: batch.bytes[$0], as: UTF8.self) }
        }

        #expect(lines == [#"{"a":1}"#, #"{"b":2}"#, #"{"c":3}"#])
        #expect(count == 28)
    }

    @Test(
        "NDJSON is asked for by its name in FHIR, and read under whatever name it has (BLK-42)",
        arguments: ["application/fhir+ndjson", "application/ndjson", "application/octet-stream", nil] as [String?])
    func asksForNDJSON(contentType: String?) async throws {
        var headers: HTTPHeaders = [:]
        headers["Content-Type"] = contentType
        let answer = HTTPResponse.json("{}\n", headers: headers)
        let transport = FunctionTransport { _, _ in answer }
        var lines = 0

        _ = try await ClinicClient(try session(transport)).download(
            .init(type: nil, url: AuthorizationServer.base + "/f", count: nil), requiresAccessToken: false
        ) { lines += $0.lines.count }

        #expect(lines == 1)
        #expect(transport.requests.map { $0.headers["Accept"] } == ["application/fhir+ndjson"])
    }

    @Test("a file whose last line is torn is incomplete")
    func refusesTornLines() async throws {
        let transport = FunctionTransport { _, _ in .json("{\"a\":1}\n{\"b\":") }

        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(transport)).download(
                .init(type: nil, url: AuthorizationServer.base + "/f", count: nil), requiresAccessToken: true
            ) { _ in }
        }

        #expect(fault?.code == .remoteIncomplete)
    }

    @Test("a file without a byte is whole only where the manifest counts its lines", arguments: [nil, 0] as [Int?])
    func doubtsEmptyFiles(count: Int?) async throws {
        let transport = FunctionTransport { _, _ in .json("") }
        let client = ClinicClient(try session(transport))
        let file = ExportManifest.File(type: "Patient", url: AuthorizationServer.base + "/f", count: count)
        let outcomes = ExportManifest.File(
            type: "OperationOutcome", url: AuthorizationServer.base + "/o", count: count)
        // Many servers list a file of outcomes although there are none.
        #expect(try await client.download(outcomes, requiresAccessToken: false) { _ in } == 0)

        let result = await Task { try await client.download(file, requiresAccessToken: false) { _ in } }.result

        switch result {
        case .success(let bytes): #expect(bytes == 0 && count == 0)
        case .failure(let error): #expect((error as? Fault)?.code == .remoteIncomplete && count == nil)
        }
    }

    @Test("a file may have so many bytes as the connection says and not one more")
    func capsFiles() async throws {
        let line = #"{"resourceType":"Basic","id":"1"}"# + "\n"
        let server = try Listener { _, _ in .ok(String(repeating: line, count: 100)) }
        var connection = ServerConnection(name: "clinic0", side: .clinic, base: server.base)
        let file = ExportManifest.File(type: nil, url: server.base + "/f", count: nil)
        func download() async throws -> Int {
            let session = try ServerSession(
                connection, keys: try #require(TestKeys.both), transport: CurlTransport(), clock: clock)
            return try await ClinicClient(session).download(file, requiresAccessToken: false) { _ in }
        }

        connection.maxFileBytes = line.utf8.count * 100
        let count = try await download()
        connection.maxFileBytes -= 1
        let fault = await #expect(throws: Fault.self) { try await download() }

        #expect(count == line.utf8.count * 100)
        #expect(fault?.code == .remoteTooLarge)
        #expect(fault?.hint?.contains("max-file-size") == true)
    }

    @Test("a finished export is deleted, and a refusal of that is nobody's concern")
    func finishes() async throws {
        let transport = FunctionTransport { _, _ in .json("{}", status: 500) }

        await ClinicClient(try session(transport)).finishExport(status)

        #expect(transport.requests.map(\.method) == [.delete])
    }

    @Test("a file over the wire arrives whole through gzip, and a cut one does not")
    func downloadsOverTheWire() async throws {
        let text = (0..<5000).map { #"{"resourceType":"Basic","id":"\#($0)"}"# }.joined(separator: "\n")
        let coded = gzip([UInt8](text.utf8))
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(coded.count)\r\nContent-Encoding: gzip\r\n\r\n"
        let server = try Listener { request, _ in
            .close([UInt8](head.utf8) + coded.prefix(request.target == "/cut" ? coded.count - 1 : coded.count))
        }
        let client = ClinicClient(try session(CurlTransport(), base: server.base))
        var lines = 0

        let count = try await client.download(
            .init(type: nil, url: server.base + "/f", count: nil), requiresAccessToken: false
        ) {
            lines += $0.lines.count
        }
        let fault = await #expect(throws: Fault.self) {
            try await client.download(
                .init(type: nil, url: server.base + "/cut", count: nil), requiresAccessToken: false
            ) { _ in }
        }

        #expect(lines == 5000)
        #expect(count == text.utf8.count)
        #expect(fault?.code == .remoteIncomplete)
    }
}
