import FHIR
import PDex
import PDexTesting
import Testing

@testable import FHIRClient

/// A token endpoint's words about a refusal go to the screen of `pdex auth test`, and nowhere else (SBS-36).
@Suite("Remarks of a token endpoint")
struct ServerRemarkTests {
    private let clock = ManualClock()

    @Test("the probe repeats what the server says, and the fault does not")
    func tellsRemarks() async throws {
        let step = try await lastStep { _ in
            [
                "error": "invalid_client", "error_description": "canary: no key elliptic",
                "error_uri": "https://login.example.org/errors/canary",
            ]
        }

        #expect(
            step.remarks == [
                ServerRemark(field: "error", text: "invalid_client"),
                ServerRemark(field: "error_description", text: "canary: no key elliptic"),
                ServerRemark(field: "error_uri", text: "https://login.example.org/errors/canary"),
            ])
        guard case .failed(let fault) = step.verdict else {
            Issue.record("the step should have failed")
            return
        }
        #expect(fault.code == .authInvalidClient)
        #expect(!String(reflecting: fault).contains("canary"))
    }

    @Test("a fault of the tokens that jobs use has no remark in it", arguments: [400, 401, 429, 500, 503])
    func keepsRemarksOut(status: Int) async throws {
        var server = AuthorizationServer()
        server.token = .json(#"{"error": "canary", "error_description": "canary"}"#, status: status)

        let fault = await #expect(throws: Fault.self) {
            try await AuthorizationServer.tokens(server.transport(), clock).token()
        }

        #expect(fault.map { String(reflecting: $0) }?.contains("canary") == false)
    }

    /// How a server can echo our assertion.
    enum Echo: CaseIterable {
        case whole, claims, signature, fewLetters, wrapped, spaced, invisible, quoted, encoded, twice

        func text(_ assertion: String) -> String {
            let parts = assertion.split(separator: ".").map(String.init)
            switch self {
            case .whole: return "not valid: " + assertion
            case .claims: return parts[1]
            case .signature: return "The signature was \(parts[2])!"
            case .fewLetters: return String(parts[2].prefix(16))
            case .wrapped: return lines(of: assertion, 12).joined(separator: "\n")
            case .spaced: return assertion.map(String.init).joined(separator: " ")
            case .invisible: return lines(of: assertion, 5).joined(separator: "\u{200b}")
            case .quoted: return lines(of: assertion, 8).map { "'\($0)'" }.joined(separator: ", ")
            case .encoded: return "https://e.example/?a=" + assertion.utf8.map { "%" + String($0, radix: 16) }.joined()
            case .twice: return Base64URL.encode([UInt8](assertion.utf8))
            }
        }

        private func lines(of text: String, _ length: Int) -> [String] {
            stride(from: 0, to: text.count, by: length).map { String(text.dropFirst($0).prefix(length)) }
        }
    }

    @Test(
        "a server that gives our assertion back, in whatever form, is not repeated", arguments: Echo.allCases,
        ["error", "error_description", "error_uri"])
    func hidesAssertion(echo: Echo, field: String) async throws {
        let step = try await lastStep { [field: echo.text($0)] }

        #expect(step.remarks == [ServerRemark(field: field, text: "(not shown: it may hold a secret)")])
    }

    @Test(
        "tokens and what secrets look like are not repeated",
        arguments: [
            "eyJhbGciOiJub25lIn0.e30.", "old: eyJhbGciOiJub25l", "ewogImFsZyI6MX0.e30", "a_eyJhbGciOiJub25lIn0",
            "use 4f9c2a7be0d14f9c2a7be0d14f9c2a7b", "3q2-7wQ1p0_ZkX9mB4vT8sLr6NcYd2Ha5Ej",
            "q1W2e3R4t5Y6u7I8+9o0P1a2S3d4F5g6",
        ])
    func hidesSecrets(text: String) async throws {
        let step = try await lastStep { _ in ["error_description": text] }

        #expect(step.remarks.first?.text == "(not shown: it may hold a secret)")
    }

    @Test(
        "what operators need is left, whatever words a server uses",
        arguments: [
            "AADSTS700027: The certificate is unknown. Trace ID: 7f1c2d3e-0a1b-4c5d-8e9f-a0b1c2d3e4f5",
            "see token_endpoint_auth_signing_alg_values_supported and privateKeyJWT",
            "unsupported urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "aud is not https://login.example.org/realms/clinic/protocol/openid-connect/token",
            "La clé « elliptic » n'est pas enregistrée. 鍵がありません",
        ])
    func showsWords(text: String) async throws {
        let step = try await lastStep { _ in ["error_description": text] }

        #expect(step.remarks == [ServerRemark(field: "error_description", text: text)])
    }

    @Test(
        "nothing that a terminal would obey, or that cannot be seen, is left",
        arguments: [
            ("\u{1b}[2J\u{1b}]0;owned\u{7}gone", " [2J ]0;owned gone"), ("a\r\n\tb\u{85}c\u{2028}d", "a b c d"),
            ("a\u{202e}b\u{2066}c\u{feff}d\u{ad}e", "abcde"), ("\u{e000}a\u{3164}b\u{e0041}c\u{fff9}d", "abcd"),
        ])
    func cleans(text: String, left: String) async throws {
        let step = try await lastStep { _ in ["error_description": text] }

        #expect(step.remarks.first?.text == left)
    }

    @Test("a remark has 200 characters at most, and a very long one is not looked through")
    func shortens() async throws {
        let long = try await lastStep { _ in ["error_description": String(repeating: "no ", count: 100)] }
        let longer = try await lastStep { _ in ["error_description": String(repeating: "no ", count: 2000)] }
        let huge = try await lastStep { _ in ["error_description": String(repeating: "no ", count: 30_000)] }

        #expect(long.remarks.first?.text == String(repeating: "no ", count: 66) + "n…")
        #expect(longer.remarks.first?.text == "(not shown: it is longer than 4 KiB)")
        #expect(huge.remarks.isEmpty)
    }

    @Test(
        "an answer that is no JSON object with texts has nothing to say", arguments: ["<html>", "[]", #"{"error":7}"#])
    func bearsOddAnswers(body: String) {
        #expect(ServerRemark.all(in: .json(body, status: 400), hiding: "").isEmpty)
    }

    /// The last step of a probe of a server that refuses our token request with those fields.
    private func lastStep(_ answer: @escaping @Sendable (String) -> [String: String]) async throws -> AuthProbe.Step {
        let configuration = AuthorizationServer().configuration
        let transport = FunctionTransport { request, _ in
            guard request.method == .post else { return .json(configuration) }
            let said = answer(FunctionTransport.form(request)["client_assertion"] ?? "")
            var json = JSONObject()
            for (field, text) in said { json[field] = .string(text) }
            return HTTPResponse(status: 401, body: JSONValue.object(json).serialized())
        }
        let steps = try await AuthProbe(
            AuthorizationServer.connection(), AuthorizationServer.registration, keys: try #require(TestKeys.both),
            transport: transport, clock: clock
        ).run()
        return try #require(steps.last)
    }
}
