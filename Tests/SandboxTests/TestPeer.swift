import FHIR
import FHIRClient
import PDexTesting
import Serving
import Synchronization

@testable import Sandbox

/// A client of one of the sandbox's servers that calls it without a network.
final class TestPeer: Sendable {
    let endpoint: any SandboxEndpoint
    let client: String
    private let clock: ManualClock
    private let serial = Mutex(0)

    init(_ endpoint: any SandboxEndpoint, client: String, clock: ManualClock) {
        self.endpoint = endpoint
        self.client = client
        self.clock = clock
    }

    var base: String { endpoint.origin.text + "/fhir/r4" }

    /// An assertion that is right in every respect.
    func assertion() -> TestAssertion {
        let number = serial.withLock { serial in
            serial += 1
            return serial
        }
        return TestAssertion(
            client: client, audience: endpoint.origin.text + "/token", now: clock.now(), jti: "jti-\(number)")
    }

    /// The fields of a token request that is right in every respect.
    func fields(_ assertion: String, scope: String = "system/*.rs") -> [(String, String)] {
        [
            ("grant_type", "client_credentials"), ("scope", scope),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
        ]
    }

    /// Posts a token request.
    func requestToken(
        _ fields: [(String, String)], headers: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded"]
    ) -> ServedAnswer {
        let body = fields.map { "\($0.0)=\(FormFields.encoded($0.1))" }.joined(separator: "&")
        return endpoint.answer(ServedRequest("POST", "/token", headers: headers, body: Array(body.utf8)))
    }

    /// A token for `scope`.
    func token(_ scope: String) async throws -> String {
        let answer = requestToken(fields(try await assertion().signed(), scope: scope))
        return answer.json?["access_token"]?.string ?? ""
    }

    /// Sends a request with a token, or without one when it is empty.
    func send(
        _ method: String, _ target: String, token: String, headers: [(String, String)] = [], body: JSONValue? = nil
    ) -> ServedAnswer {
        send(method, target, token: token, headers: headers, bytes: body?.serialized() ?? [])
    }

    /// Sends a request with a token and a body that need not be JSON.
    func send(
        _ method: String, _ target: String, token: String, headers: [(String, String)] = [], bytes: [UInt8]
    ) -> ServedAnswer {
        var fields: HTTPHeaders = token.isEmpty ? [:] : ["Authorization": "Bearer \(token)"]
        for (name, value) in headers { fields.append(name, value) }
        return endpoint.answer(ServedRequest(method, target, headers: fields, body: bytes))
    }

    /// Follows a search to its end; returns the pages.
    func pages(_ target: String, token: String) -> [JSONValue] {
        var pages: [JSONValue] = []
        var next: String? = target
        while let target = next, pages.count < 10_000 {
            guard let page = send("GET", target, token: token).json else { break }
            pages.append(page)
            let link = page["link"]?.elements.first { $0["relation"]?.string == "next" }?["url"]?.string
            next = link.map { String($0.dropFirst(endpoint.origin.text.count)) }
        }
        return pages
    }

    /// `Type/id` of every entry of a search that is not included only.
    func matches(_ target: String, token: String) -> [String] {
        pages(target, token: token).flatMap { $0["entry"]?.elements ?? [] }
            .filter { $0["search"]?["mode"]?.string == "match" }.compactMap { $0["resource"]?.key }
    }
}

extension ServedAnswer {
    /// The body as JSON.
    var json: JSONValue? {
        if case .bytes(let bytes) = body { try? JSONParser.parse(bytes) } else { nil }
    }

    /// The lines of an NDJSON body.
    var lines: [JSONValue] {
        if case .lines(let lines) = body { lines.compactMap { try? JSONParser.parse($0) } } else { [] }
    }

    /// Whether the connection was closed instead of an answer.
    var isDropped: Bool {
        if case .dropped = body { true } else { false }
    }

    /// The code of the first issue of an OperationOutcome.
    var issue: String? { json?["issue"]?[0]?["code"]?.string }
}

extension JSONValue {
    /// `Type/id` of a resource.
    var key: String? {
        guard let type = self["resourceType"]?.string, let id = self["id"]?.string else { return nil }
        return "\(type)/\(id)"
    }
}
