import FHIR
import PDex
import Testing

@testable import FHIRClient

/// No URL that a server hands us takes our token, or any request, to another origin (reliability T1, F8).
@Suite("URL carriers")
struct CarrierTests {
    /// Where a server can put a URL.
    enum Carrier: CaseIterable {
        case nextLink, statusURL, contentLocation, fileWithToken, fileWithoutToken, deletion, tokenEndpoint, redirect

        func follow(_ url: String, _ transport: FunctionTransport) async throws {
            let client = ClinicClient(try session(transport, isAuthorized: true))
            let file = ExportManifest.File(type: nil, url: url, count: nil)
            switch self {
            case .nextLink: _ = try await client.page(url)
            case .statusURL: _ = try await client.pollExport(url)
            case .contentLocation, .tokenEndpoint:
                let location = try await client.startExport(ExportRequest(level: .patient, types: [], since: nil))
                _ = try await client.pollExport(location.statusURL)
            case .fileWithToken: _ = try await client.download(file, requiresAccessToken: true) { _ in }
            case .fileWithoutToken: _ = try await client.download(file, requiresAccessToken: false) { _ in }
            case .deletion: await client.finishExport(url)
            case .redirect: _ = try await client.search(SearchQuery("Encounter"))
            }
        }
    }

    private static let urls = [
        "https://fhir.example.org:8443/r4", "http://fhir.example.org/r4", "https://fhir.example.org@evil.example/",
        "https://fhir.example.org./r4", "//evil.example/r4", #"\\evil.example"#,
        #"https://evil.example\@fhir.example.org/"#,
        "https://fhir.example.org%00.evil.example/", "https://xn--fhr-example-l9a.org/", "https://[::ffff:10.0.0.1]/",
        "https://2130706433/", "https://EVIL.example/", "https://fhir.example.org.evil.example/",
        "https://169.254.169.254/",
    ]

    @Test("no request goes to another origin", arguments: Carrier.allCases, urls)
    func staysHome(carrier: Carrier, url: String) async throws {
        var server = AuthorizationServer()
        if carrier == .tokenEndpoint {
            server.configuration = server.configuration.replacing(
                AuthorizationServer.tokenURL, with: url.replacing(#"\"#, with: #"\\"#))
        }
        let transport = server.transport { _, _ in
            .json("{}", status: carrier == .redirect ? 307 : 202, headers: ["Content-Location": url, "Location": url])
        }

        try? await carrier.follow(url, transport)

        #expect(Set(transport.requests.map(\.url.origin)).isSubset(of: ["https://fhir.example.org"]))
    }
}
