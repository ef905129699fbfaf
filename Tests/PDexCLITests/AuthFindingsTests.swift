import FHIR
import PDex
import Testing

@testable import FHIRClient
@testable import PDexCLI

@Suite("pdex auth test")
struct AuthFindingsTests {
    private let findings = AuthFindings(all: [
        .init(server: "clinic0", step: .init(name: "keys", verdict: .passed("one (ES384)"))),
        .init(
            server: "clinic0",
            step: .init(
                name: "token and scopes", verdict: .failed(Fault(.authInvalidClient, .halt, "refused", hint: "look")),
                remarks: [
                    .init(field: "error", text: "invalid_client"),
                    .init(field: "error_description", text: "no such key"),
                ])),
    ])

    @Test("a refusal is shown with what the server said, below the fault and apart from it")
    func showsRemarks() {
        #expect(
            findings.text == """
                clinic0  ok    keys              one (ES384)
                clinic0  fail  token and scopes  auth.invalid-client

                auth.invalid-client: refused
                  hint: look
                  docs: docs/reference/errors.md#auth-invalid-client
                  said by the server, error: invalid_client
                  said by the server, error_description: no such key
                """)
    }

    @Test("programs find it in a member of its own")
    func tellsPrograms() {
        let json = findings.all[1].json

        #expect(json["message"] == "refused")
        #expect(
            json["said"] == [
                ["field": "error", "text": "invalid_client"], ["field": "error_description", "text": "no such key"],
            ])
    }
}
