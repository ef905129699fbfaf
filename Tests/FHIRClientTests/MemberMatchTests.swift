import FHIR
import FHIRClient
import PDex
import PDexTesting
import Synchronization
import Testing

/// Asking a payer who somebody is (MM-01, MM-10, MM-12).
@Suite("Member match")
struct MemberMatchTests {
    private static let uniqueMember =
        #"{"system":"http://hl7.org/fhir/us/davinci-hrex/CodeSystem/hrex-temp","code":"UMB"}"#
    private static let number = #"{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MB"}"#

    @Test("the question is posted to the type, with nothing of it in the URL")
    func posts() async throws {
        let transport = FunctionTransport { _, _ in .json(Self.parameters([Self.identifier(Self.uniqueMember)])) }

        _ = try await Self.client(transport).matchMember(try Self.question, lastLook: {})

        let request = try #require(transport.requests.first)
        #expect(transport.requests.count == 1)
        #expect(request.method == .post)
        #expect(request.url.text == AuthorizationServer.base + "/Patient/$member-match")
        #expect(request.headers["Content-Type"] == "application/fhir+json")
        #expect(try request.body == Self.question.parameters.serialized())
    }

    @Test(
        "the answers of HRex 1.0.0 and of 1.1 and later are read alike",
        arguments: [
            ([Self.identifier(Self.number)], "MB", nil),
            ([Self.identifier(Self.uniqueMember)], "UMB", nil),
            ([Self.identifier(Self.uniqueMember), Self.memberID("Patient/m1")], "UMB", "m1"),
            ([Self.memberID(AuthorizationServer.base + "/Patient/m1"), identifier(Self.uniqueMember)], "UMB", "m1"),
            ([Self.identifier(Self.uniqueMember), Self.memberID("https://elsewhere.example/Patient/m1")], "UMB", nil),
            ([Self.identifier(nil), #"{"name":"Extra","valueString":"x"}"#], "UMB", nil),
        ])
    func shapes(parts: [String], type: String, patient: String?) async throws {
        let transport = FunctionTransport { _, _ in .json(Self.parameters(parts)) }

        let answer = try await Self.client(transport).matchMember(try Self.question, lastLook: {})

        guard case .member(let identifier, let found) = answer else {
            Issue.record("no member")
            return
        }
        #expect(identifier.typeCodes.map(\.code) == [type])
        #expect([identifier.system, identifier.value] == ["https://med0.example/umb", "U-1"])
        #expect(found == patient)
    }

    @Test(
        "less than one identifier with system and value is no member, and more than one are several",
        arguments: [
            ([], false), ([#"{"name":"memberidentifier","valueIdentifier":{"system":"s","value":"v"}}"#], false),
            ([#"{"name":"MemberIdentifier","valueIdentifier":{"value":"v"}}"#], false),
            ([#"{"name":"MemberIdentifier","valueIdentifier":{"system":"s"}}"#], false),
            ([#"{"name":"MemberIdentifier","valueString":"v"}"#], false),
            ([Self.identifier(#"{"code":"MR"}"#)], false),
            ([Self.identifier(Self.uniqueMember), Self.identifier(Self.number)], true),
            ([Self.identifier(Self.uniqueMember), Self.memberID("Patient/m1"), Self.memberID("Patient/m2")], true),
        ])
    func unusable(parts: [String], isSeveral: Bool) async throws {
        let transport = FunctionTransport { _, _ in .json(Self.parameters(parts)) }

        let answer = try await Self.client(transport).matchMember(try Self.question, lastLook: {})

        let isUnusable = if case .unusable = answer { true } else { false }
        #expect(isUnusable == !isSeveral)
        #expect((answer == .several) == isSeveral)
    }

    @Test(
        "a 422 is told apart by its codes and words, and is never asked again (MM-12)",
        arguments: [
            ("not-found", "", MemberMatchAnswer.nobody), ("processing", "No match found.", .nobody),
            ("multiple-matches", "", .several), ("processing", "More than one member fits", .several),
            ("business-rule", "The Consent cannot be honored", .consentRefused), ("suppressed", "", .consentRefused),
            ("processing", "", .refused(status: 422)), ("invalid", "Ask us by telephone", .refused(status: 422)),
        ])
    func refusals(code: String, words: String, answer: MemberMatchAnswer) async throws {
        let transport = FunctionTransport { _, _ in
            .json(
                #"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"\#(code)","#
                    + #""details":{"text":"\#(words)"}}]}"#, status: 422)
        }

        #expect(try await Self.client(transport).matchMember(try Self.question, lastLook: {}) == answer)
        #expect(transport.requests.count == 1)
    }

    @Test(
        "a 422 that says nothing, and other refusals of the question, are refusals",
        arguments: [(422, ""), (422, "<html>"), (400, "{}"), (409, "{}"), (412, "{}")])
    func silent(status: Int, body: String) async throws {
        let transport = FunctionTransport { _, _ in .json(body, status: status) }

        let answer = try await Self.client(transport).matchMember(try Self.question, lastLook: {})

        #expect(answer == .refused(status: status))
    }

    @Test(
        "a payer that does not offer it, is in trouble, or does not let us in is a fault",
        arguments: [
            (404, FaultCode.payerCapability, 1), (405, .payerCapability, 1), (501, .payerCapability, 1),
            (503, .remoteFailed, 5), (429, .remoteThrottled, 5), (403, .authForbidden, 1), (302, .remotePolicy, 1),
        ])
    func faults(status: Int, code: FaultCode, atLeast requests: Int) async throws {
        let transport = FunctionTransport { _, _ in .json("{}", status: status) }

        let fault = await #expect(throws: Fault.self) {
            try await Self.client(transport).matchMember(try Self.question, lastLook: {})
        }

        #expect(fault?.code == code)
        #expect((transport.requests.count > 1) == (requests > 1))
    }

    @Test("before each try there is a last look, and what it throws ends them (CO-03)")
    func looksAgain() async throws {
        let transport = FunctionTransport { _, _ in .json("{}", status: 503) }
        let looks = Mutex(0)

        let fault = await #expect(throws: Fault.self) {
            try await Self.client(transport).matchMember(try Self.question) {
                let isSecond = looks.withLock { count in
                    count += 1
                    return count == 2
                }
                if isSecond { throw Fault(.consentDenied, .withhold, "a consent denies the disclosure") }
            }
        }

        #expect(fault?.code == .consentDenied)
        #expect(transport.requests.count == 1)
    }

    private static func client(_ transport: FunctionTransport) throws -> PayerClient {
        PayerClient(try session(transport, side: .payer))
    }

    private static var question: MemberMatchQuestion {
        get throws {
            MemberMatchQuestion(
                patient: try Resource(["resourceType": "Patient", "id": "p1", "name": [["family": "Lind"]]]),
                coverage: try Resource(["resourceType": "Coverage", "id": "c1", "status": "active"]))
        }
    }

    private static func parameters(_ parts: [String]) -> String {
        #"{"resourceType":"Parameters","parameter":[\#(parts.joined(separator: ","))]}"#
    }

    private static func identifier(_ type: String?) -> String {
        let type = type.map { #""type":{"coding":[\#($0)]},"# } ?? ""
        return
            #"{"name":"MemberIdentifier","valueIdentifier":{\#(type)"system":"https://med0.example/umb","value":"U-1"}}"#
    }

    private static func memberID(_ reference: String) -> String {
        #"{"name":"MemberId","valueReference":{"reference":"\#(reference)"}}"#
    }
}
