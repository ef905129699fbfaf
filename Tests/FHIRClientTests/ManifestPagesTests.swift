import FHIR
import FHIRClient
import PDex
import PDexTesting
import Testing

/// Manifests in pages, and how long their links are valid (BLK-15, BLK-30, BLK-44).
@Suite("Manifest pages")
struct ManifestPagesTests {
    private let status = AuthorizationServer.base + "/status/1"

    @Test("pages are followed to the end and put together")
    func follows() async throws {
        let transport = FunctionTransport { _, number in
            .json(Self.page(number, next: number < 3 ? "/m/\(number + 1)" : nil))
        }

        let manifest = try await manifest(transport)

        #expect(manifest.output.map(\.url) == ["https://f/1", "https://f/2", "https://f/3"])
        #expect(manifest.errors.map(\.url) == ["https://e/1", "https://e/2", "https://e/3"])
        #expect(transport.requests.map(\.url.text) == [status] + [2, 3].map { AuthorizationServer.base + "/m/\($0)" })
        #expect(transport.requests.last?.headers["Accept"] == "application/json")
    }

    @Test("a manifest may be larger than a resource, up to 64 MiB")
    func hasItsOwnLimit() async throws {
        func padded(_ megabytes: Int) -> FunctionTransport {
            FunctionTransport { _, _ in .json(Self.page(1, next: nil) + String(repeating: " ", count: megabytes << 20))
            }
        }

        let manifest = try await manifest(padded(20))
        let fault = await #expect(throws: Fault.self) { try await self.manifest(padded(64)) }

        #expect(manifest.output.count == 1)
        #expect(fault?.code == .remoteMalformed)
    }

    @Test(
        "pages that lead in a circle, or elsewhere, are refused",
        arguments: [
            ("/m/1", FaultCode.remoteMalformed), ("https://evil.example/m", .remotePolicy),
        ])
    func staysHome(next: String, code: FaultCode) async throws {
        let transport = FunctionTransport { _, number in .json(Self.page(number, next: next)) }

        let fault = await #expect(throws: Fault.self) { try await manifest(transport) }

        #expect(fault?.code == code)
        #expect(transport.requests.count <= 2)
    }

    @Test("pages of different exports do not make one manifest")
    func refusesContradictions() async throws {
        let transport = FunctionTransport { _, number in
            .json(Self.page(number, next: number < 2 ? "/m" : nil, time: "2026-01-1\(number)T00:00:00Z"))
        }

        let fault = await #expect(throws: Fault.self) { try await manifest(transport) }

        #expect(fault?.code == .remoteMalformed)
    }

    @Test("what is not known is not looked at, and an extension may be an object or a list", arguments: ["{}", "[]"])
    func ignoresTheRest(extension value: String) async throws {
        let body = Self.page(1).replacing(#""request""#, with: #""extension":\#(value),"manifestType":7,"request""#)
        let transport = FunctionTransport { _, _ in .json(body) }

        let manifest = try await manifest(transport)

        #expect(manifest.output.count == 1)
    }

    @Test(
        "links are good as long as the server says by its own clock, the shortest of all pages",
        arguments: [
            ("Thu, 01 Jan 2026 01:00:00 GMT", "Thu, 01 Jan 2026 00:30:00 GMT", 1800),
            (nil, "Thu, 01 Jan 2026 00:30:00 GMT", nil), ("Thu, 01 Jan 2026 01:00:00 GMT", nil, 1800), ("0", "0", nil),
        ] as [(String?, String?, Int64?)])
    func expires(expires: String?, date: String?, seconds: Int64?) async throws {
        let clock = ManualClock()
        var headers: HTTPHeaders = [:]
        headers["Expires"] = expires
        headers["Date"] = date
        let answer = HTTPResponse.json(Self.page(1), headers: headers)
        let transport = FunctionTransport { _, _ in answer }
        clock.advance(seconds: date == nil ? 1800 : 0)

        let manifest = try await manifest(transport, clock)

        #expect(manifest.expires == seconds.map { clock.now().adding(milliseconds: $0 * 1000) })
    }

    @Test("a file that is gone says so", arguments: [404, 410])
    func goneFile(code: Int) async throws {
        let transport = FunctionTransport { _, _ in .json("", status: code) }
        let file = ExportManifest.File(type: nil, url: AuthorizationServer.base + "/f", count: nil)

        let fault = await #expect(throws: Fault.self) {
            try await ClinicClient(try session(transport)).download(file, requiresAccessToken: true) { _ in }
        }

        #expect(fault?.code == .clinicFileGone)
    }

    private func manifest(
        _ transport: FunctionTransport, _ clock: ManualClock = ManualClock()
    ) async throws -> ExportManifest {
        let progress = try await ClinicClient(try session(transport, clock)).pollExport(status)
        guard case .complete(let manifest) = progress else { throw TransportError(.malformed, mayHaveArrived: false) }
        return manifest
    }

    private static func page(_ number: Int, next: String? = nil, time: String = "2026-01-11T00:00:00Z") -> String {
        let link = next.map { $0.hasPrefix("/") ? AuthorizationServer.base + $0 : $0 }.map {
            #","link":[{"relation":"self","url":"x"},{"relation":"next","url":"\#($0)"}]"#
        }
        return #"{"transactionTime":"\#(time)","request":"x","requiresAccessToken":true,"output":"#
            + #"[{"type":"Patient","url":"https://f/\#(number)"}],"error":"#
            + #"[{"type":"OperationOutcome","url":"https://e/\#(number)"}]\#(link ?? "")}"#
    }
}
