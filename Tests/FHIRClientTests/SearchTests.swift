import FHIR
import FHIRClient
import PDex
import PDexTesting
import Testing

/// Searching, paging and reading (RD-01 to RD-23).
@Suite("Search and read")
struct SearchTests {
    private let clock = ManualClock()
    private let query = SearchQuery(
        "Encounter", [.init("patient", "p1"), .init("date", "ge2026-01-10T00:00:00+02:00")])

    @Test("parameters are encoded strictly, and filters are asked for strictly")
    func encodes() async throws {
        let transport = FunctionTransport { request, _ in Self.byGET(request) }
        let client = ClinicClient(try session(transport))

        _ = try await client.search(
            SearchQuery("Patient", [.init("identifier", "urn:oid:1.2|a+b c&d=é"), .init("name:exact", "O'Neil/1,2")]))

        let request = try #require(transport.requests.last)
        #expect(
            request.url.text == AuthorizationServer.base
                + "/Patient?identifier=urn:oid:1.2%7Ca%2Bb%20c%26d%3D%C3%A9&name:exact=O%27Neil/1,2")
        #expect(request.headers["Prefer"] == "handling=strict")
        #expect(request.headers["Accept"] == "application/fhir+json")
        #expect(request.headers["X-Request-Id"] == "r1")
    }

    @Test("a page keeps the bytes of its resources, their modes, the total, the next link and the server's time")
    func readsPages() async throws {
        let body = """
            {"resourceType":"Bundle","type":"searchset","total":7,
             "link":[{"relation":"self","url":"https://x/Encounter?date=ge2026&patient=p1"},
                     {"relation":"next","url":"https://fhir.example.org/r4?page=%7c2"}],
             "entry":[{"resource":{"resourceType":"Encounter", "id":"e1","x":1.00}},
                      {"search":{"mode":"include"},"resource":{"resourceType":"Patient","id":"p1"}},
                      {"fullUrl":"urn:uuid:1"},
                      {"search":{"mode":"outcome"},"resource":{"resourceType":"OperationOutcome"}}]}
            """
        let date = "Sun, 06 Nov 1994 08:49:37 GMT"
        let transport = FunctionTransport { _, _ in .json(body, headers: ["date": date]) }
        let client = ClinicClient(try session(transport))

        let page = try await client.search(query)

        #expect(
            page.entries.map { String(decoding: $0.bytes, as: UTF8.self) } == [
                #"{"resourceType":"Encounter", "id":"e1","x":1.00}"#, #"{"resourceType":"Patient","id":"p1"}"#,
                #"{"resourceType":"OperationOutcome"}"#,
            ])
        #expect(page.entries.map(\.mode) == [.match, .include, .outcome])
        #expect(page.total == 7)
        #expect(page.next == "https://fhir.example.org/r4?page=%7c2")
        #expect(page.serverTime?.httpDate == date)
        #expect(page.byteCount == body.utf8.count)
        _ = try await client.page(try #require(page.next))
        #expect(transport.requests.last?.url.text == page.next)
    }

    @Test(
        "a filter that the server says it did not apply is a fault that names it and not its value",
        arguments: ["https://x/Encounter?date=ge2026", "https://x/Encounter", "https://x/Encounter?xpatient=p1&date=1"])
    func noticesDroppedFilters(link: String) async throws {
        let transport = FunctionTransport { request, _ in Self.byGET(request, link: link) }
        let client = ClinicClient(try session(transport))
        let query = SearchQuery("Encounter", [.init("patient", "canary"), .init("date", "ge2026")])

        let fault = await #expect(throws: Fault.self) { try await client.search(query) }

        #expect(fault?.code == .clinicCapability)
        #expect(fault?.message.contains("patient") == true)
        #expect(fault?.description.contains("canary") == false)
    }

    @Test(
        "a page that says there is more, and not where or what, is not taken for the last",
        arguments: [
            #""link":[{"relation":"next","url":null}]"#, #""link":[{"relation":"next"}]"#,
            #""link":[{"relation":"next","url":{"value":"https://x"}}]"#,
            #""entry":[{"fullUrl":"https://x/Encounter/1","search":{"mode":"match"}}]"#,
            #""entry":[{"resource":null,"search":{"mode":"match"}}]"#,
        ])
    func noticesWhatIsMissing(what: String) async throws {
        let transport = FunctionTransport { _, _ in
            .json(#"{"resourceType":"Bundle","type":"searchset",\#(what)}"#)
        }

        let fault = await #expect(throws: Fault.self) { try await ClinicClient(try session(transport)).search(query) }

        #expect(fault?.code == .remoteMalformed)
    }

    @Test("a next link to another origin is not followed, with or without a token")
    func staysHome() async throws {
        let transport = AuthorizationServer().transport { _, _ in .json("{}") }
        let client = ClinicClient(try session(transport, isAuthorized: true))

        let fault = await #expect(throws: Fault.self) { try await client.page("https://evil.example/r4?page=2") }

        #expect(fault?.code == .remotePolicy)
        #expect(transport.requests.isEmpty)
    }

    @Test("a busy server is asked again after what it says, and then reported", arguments: [429, 502, 503, 504])
    func retries(status: Int) async throws {
        let busy = FunctionTransport { _, _ in .json("{}", status: status, headers: ["Retry-After": "7"]) }
        let once = FunctionTransport { _, number in
            number == 1 ? .json("{}", status: status) : .json(#"{"resourceType":"Bundle","type":"searchset"}"#)
        }

        let fault = await #expect(throws: Fault.self) { try await ClinicClient(try session(busy, clock)).search(query) }
        _ = try await ClinicClient(try session(once, clock)).search(query)

        #expect(fault?.disposition == .retry)
        #expect(fault?.retryAfterSeconds == 7)
        #expect(clock.sleeps == [7, 7, 7, 1])
    }

    @Test("a server that asks for more patience than a read has is left to the caller at once")
    func leavesLongWaits() async throws {
        let transport = FunctionTransport { _, _ in
            .json(
                "{}", status: 503,
                headers: [
                    "Date": "Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After": "Sun, 06 Nov 1994 09:49:37 GMT",
                ])
        }

        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(transport, clock)).search(query)
        }

        #expect(fault?.retryAfterSeconds == 3600)
        #expect(transport.requests.count == 1)
    }

    @Test("a lost connection is tried again, a refused request is not")
    func distinguishesRefusals() async throws {
        let lost = FunctionTransport { _, _ in throw TransportError(.unreachable, mayHaveArrived: false) }
        let refused = FunctionTransport { _, _ in
            .json(
                #"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid","diagnostics":"canary"}]}"#,
                status: 400)
        }

        let first = await #expect(throws: Fault.self) { try await ClinicClient(try session(lost, clock)).search(query) }
        let second = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(refused, clock)).search(query)
        }

        #expect(first?.code == .remoteUnreachable)
        #expect(lost.requests.count == 4)
        #expect(clock.sleeps == [1, 2, 4])
        #expect(second?.code == .remoteRefused)
        #expect(second?.message.contains("invalid") == true)
        #expect(second?.description.contains("canary") == false)
        #expect(refused.requests.count == 1)
    }

    @Test("a refused token is replaced once, and a server that refuses that one too is not asked a third time")
    func replacesTokenOnce() async throws {
        let forgiving = AuthorizationServer().transport { _, number in
            number < 4 ? .json("{}", status: 401) : .json(#"{"resourceType":"Bundle","type":"searchset"}"#)
        }
        let stubborn = AuthorizationServer().transport { _, _ in .json("{}", status: 401) }

        _ = try await ClinicClient(try session(forgiving, isAuthorized: true)).search(query)
        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(stubborn, isAuthorized: true)).search(query)
        }

        #expect(forgiving.tokenRequests.count == 2)
        #expect(forgiving.requests.last?.headers["Authorization"] == "Bearer t1")
        #expect(fault?.code == .authTokenRefused)
        #expect(stubborn.tokenRequests.count == 2)
        #expect(stubborn.requests.count == 5)
    }

    @Test(
        "an answer that is cut off, or no page, is not a page",
        arguments: [
            (#"{"resourceType":"Bundle","type":"searchset","entry":["#, false, FaultCode.remoteIncomplete),
            (#"{"resourceType":"Bundle","type":"searchset","entry":["#, true, .remoteMalformed),
            ("<html>canary</html>", true, .remoteMalformed),
            (#"{"resourceType":"Bundle","type":"batch"}"#, true, .remoteMalformed),
            (#"{"resourceType":"Patient","id":"canary"}"#, true, .remoteMalformed),
            (
                #"{"resourceType":"Bundle","type":"searchset"}"# + String(repeating: " ", count: 70_000), false,
                .remoteIncomplete
            ),
        ])
    func refusesHalves(body: String, isProven: Bool, code: FaultCode) async throws {
        let transport = FunctionTransport { _, _ in
            HTTPResponse(status: 200, body: [UInt8](body.utf8), isProvenComplete: isProven)
        }

        let fault = await #expect(throws: Fault.self) { try await ClinicClient(try session(transport)).search(query) }

        #expect(fault?.code == code)
        #expect(fault?.description.contains("canary") == false)
    }

    @Test("reading gives the bytes as written, nil for what is gone, and refuses another resource")
    func reads() async throws {
        let transport = FunctionTransport { request, _ in
            request.url.text.hasSuffix("/Patient/p1")
                ? .json(#"{"resourceType":"Patient" ,"id":"p1"}"#)
                : request.url.text.hasSuffix("/Patient/p2")
                    ? .json(#"{"resourceType":"Patient","id":"p1"}"#) : .json("{}", status: 410)
        }
        let client = ClinicClient(try session(transport))

        #expect(
            try await client.read(type: "Patient", id: "p1") == [UInt8](#"{"resourceType":"Patient" ,"id":"p1"}"#.utf8))
        #expect(try await client.read(type: "Patient", id: "p3") == nil)
        await #expect(throws: Fault.self) { try await client.read(type: "Patient", id: "p2") }
        await #expect(throws: Fault.self) { try await client.read(type: "Patient", id: "../metadata") }
    }

    @Test(
        "a clinic or a payer of another version than R4 is refused (PB-02)",
        arguments: ["1.0.2", "3.0.2", "4.1.0", "4.3.0", "5.0.0", "40.0.1"])
    func speaksR4(version: String) async throws {
        let statement =
            #"{"resourceType":"CapabilityStatement","fhirVersion":"\#(version)","rest":[{"mode":"server"}]}"#
        let transport = FunctionTransport { _, _ in .json(statement) }

        let clinic = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(transport)).capability()
        }
        let payer = await #expect(throws: Fault.self) {
            try await PayerClient(try session(transport, side: .payer)).capability()
        }

        #expect(clinic?.code == .clinicCapability)
        #expect(payer?.code == .payerCapability)
    }

    @Test("a CapabilityStatement is read once a day, and has to be of FHIR 4.0")
    func readsCapability() async throws {
        let statement = """
            {"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"mode":"client"},{"mode":"server",
             "interaction":[{"code":"transaction"}],"operation":[{"name":"$export"}],
             "resource":[{"type":"Group","operation":[{"name":"ge","definition":"http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export|1.0.1"}]},
              {"type":"Encounter","interaction":[{"code":"search-type"},{"code":"read"}],"updateCreate":true,
               "searchParam":[{"name":"patient"},{"name":"_lastUpdated"}],"searchInclude":["Encounter:location"],
               "searchRevInclude":["Provenance:target"]}]}]}
            """
        let transport = FunctionTransport { _, _ in .json(statement) }
        let old = FunctionTransport { _, _ in .json(statement.replacing("4.0.1", with: "3.0.2")) }
        let client = PayerClient(try session(transport, clock, side: .payer))

        let capability = try await client.capability()
        clock.advance(seconds: 86_399)
        _ = try await client.capability()
        #expect(transport.requests.count == 1)
        clock.advance(seconds: 1)
        _ = try await client.capability()
        let fault = await #expect(throws: Fault.self) {
            try await PayerClient(try session(old, side: .payer)).capability()
        }

        #expect(transport.requests.count == 2)
        #expect(capability.systemInteractions == ["transaction"])
        #expect(capability.systemOperations == ["export"])
        #expect(capability.types["Group"]?.operations == ["ge", "export"])
        #expect(capability.types["Encounter"]?.searchParameters == ["patient", "_lastUpdated"])
        #expect(capability.types["Encounter"]?.revIncludes == ["Provenance:target"])
        #expect(capability.types["Encounter"]?.updateCreate == true)
        #expect(fault?.code == .payerCapability)
    }

    /// A server that accepts searches only by GET.
    private static func byGET(_ request: HTTPRequest, link: String = "https://x/?identifier=1") -> HTTPResponse {
        request.method == .post
            ? .json("", status: 405)
            : .json(#"{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"\#(link)"}]}"#)
    }
}
