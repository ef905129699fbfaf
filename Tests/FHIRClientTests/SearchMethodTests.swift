import FHIR
import FHIRClient
import PDex
import Testing

/// Searches by POST, so that no identifiers are in URLs, and by GET where nothing else is offered (RD-09).
@Suite("Search by POST")
struct SearchMethodTests {
    private let query = SearchQuery("Encounter", [.init("patient", "canary+1"), .init("_count", "50")])

    @Test("a search goes by POST with its parameters in the body, and not in the URL")
    func posts() async throws {
        let transport = FunctionTransport { _, _ in Self.page() }

        _ = try await ClinicClient(try session(transport)).search(query)

        let request = try #require(transport.requests.first)
        #expect(request.method == .post)
        #expect(request.url.text == AuthorizationServer.base + "/Encounter/_search")
        #expect(request.headers["Content-Type"] == "application/x-www-form-urlencoded")
        #expect(request.headers["Prefer"] == "handling=strict")
        #expect(String(decoding: request.body ?? [], as: UTF8.self) == "patient=canary%2B1&_count=50")
    }

    @Test("a server without it is searched by GET, and from then on at once", arguments: [404, 405, 415, 501])
    func fallsBack(status: Int) async throws {
        let transport = FunctionTransport { request, _ in
            request.method == .post ? .json("", status: status) : Self.page()
        }
        let client = ClinicClient(try session(transport))

        _ = try await client.search(query)
        _ = try await client.search(query)

        #expect(transport.requests.map(\.method) == [.post, .get, .get])
        #expect(
            transport.requests.last?.url.text == AuthorizationServer.base + "/Encounter?patient=canary%2B1&_count=50")
    }

    @Test("a type that is unknown either way says nothing of the server")
    func unknownType() async throws {
        let transport = FunctionTransport { request, _ in
            request.url.text.contains("/Basic") ? .json("", status: 404) : Self.page()
        }
        let client = ClinicClient(try session(transport))

        let fault = await #expect(throws: Fault.self) { try await client.search(SearchQuery("Basic")) }
        _ = try await client.search(query)

        #expect(fault?.code == .remoteRefused)
        #expect(transport.requests.last?.method == .post)
    }

    @Test("an operation on one patient stays a GET")
    func operations() async throws {
        let transport = FunctionTransport { _, _ in Self.page() }

        _ = try await ClinicClient(try session(transport)).search(SearchQuery("Patient/p1/$everything"))

        #expect(transport.requests.map(\.method) == [.get])
    }

    @Test("a self link without parameters says nothing after a POST; one that lists some has to list every filter")
    func checksFilters() async throws {
        let silent = FunctionTransport { _, _ in Self.page("https://x/Encounter/_search") }
        let telling = FunctionTransport { _, _ in Self.page("https://x/Encounter?_count=50") }

        _ = try await ClinicClient(try session(silent)).search(query)
        let fault = await #expect(throws: Fault.self) { try await ClinicClient(try session(telling)).search(query) }

        #expect(fault?.code == .clinicCapability)
        #expect(fault?.description.contains("canary") == false)
    }

    @Test(
        "an answer that says it is the answer to another search is refused, however its self link writes ids",
        arguments: [
            ("patient=joe", true), ("patient=Patient/joe", true), ("patient=Patient%2Fjoe&_count=50", true),
            ("patient=https://x/r4/Patient/joe", true), ("patient:Patient=joe", true), ("patient=joe,ada", true),
            ("patient=ada", false), ("patient=Patient/ada", false), ("patient=joeline", false),
        ])
    func checksIdentity(told: String, isOurs: Bool) async throws {
        let transport = FunctionTransport { _, _ in Self.page("https://x/Encounter?\(told)") }
        let client = ClinicClient(try session(transport))

        let page = try? await client.search(SearchQuery("Encounter", [.init("patient", "joe")]))

        #expect((page != nil) == isOurs)
    }

    @Test("a next link that is no longer known is told apart from a refusal", arguments: [404, 410])
    func expires(status: Int) async throws {
        let transport = FunctionTransport { _, _ in .json("", status: status) }

        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(transport)).page(AuthorizationServer.base + "?page=2")
        }

        #expect(fault?.code == .remoteSearchExpired)
    }

    private static func page(_ link: String = "https://x/Encounter?patient=canary%2B1") -> HTTPResponse {
        .json(#"{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"\#(link)"}]}"#)
    }
}
