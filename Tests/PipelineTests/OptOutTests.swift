import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("Under opt-out silence permits, and nothing else does that did not before")
struct OptOutTests {
    @Test("a member who recorded nothing is sent without what is sensitive, and the exchange says by which rule")
    func silence() async throws {
        let silent = NamedMember.joe.with { $0.consent = nil }
        let psy = NamedMember.ada.with {
            $0.consent = nil
            $0.visitLabels = ["PSY"]
        }
        let night = try Night([silent, psy], mappings: usCoreMappings, consentPolicy: .optOut)
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 2)
        #expect(report.resources.leftOut[.consentSensitive] == 3)
        let exchange = try #require(try await Self.latest(night, .joe))
        #expect(exchange.consent?.rule == "opt-out: nothing that is recorded objects")
        #expect(exchange.consent?.consent == nil)
        #expect(exchange.consent?.at == night.clock.now())
    }

    @Test(
        "whoever opted out, withdrew, or said what is not understood is withheld",
        arguments: [
            ("deny", "active", FaultCode.consentDenied), ("deny", "draft", .consentDenied),
            ("permit", "inactive", .consentDenied), ("permit", "rejected", .consentDenied),
            ("", "active", .consentOutOfScope),
        ])
    func objections(type: String, status: String, reason: FaultCode) async throws {
        let night = try Night(
            [.joe.with { $0.consent = nil }], mappings: usCoreMappings, consentPolicy: .optOut)
        night.payer.put(try Self.providerAccess(type, status))
        let report = try await night.run()
        #expect(report.exchanges.withheld == [reason: 1])
        #expect(night.payer.received.isEmpty)
    }

    @Test(
        "an opt-out that was taken back, or a later opt-in, is no objection",
        arguments: [("deny", "inactive"), ("deny", "entered-in-error"), ("permit", "active")])
    func optedIn(type: String, status: String) async throws {
        let night = try Night(
            [.joe.with { $0.consent = nil }], mappings: usCoreMappings, consentPolicy: .optOut)
        night.payer.put(try Self.providerAccess(type, status))
        #expect(try await night.run().exchanges.acknowledged == 1)
    }

    @Test("a PDex opt-in does not permit under opt-in: it names no recipient")
    func notAnHRexConsent() async throws {
        let night = try Night([.joe.with { $0.consent = nil }], mappings: usCoreMappings)
        night.payer.put(try Self.providerAccess("permit", "active"))
        #expect(try await night.run().exchanges.withheld == [.consentOutOfScope: 1])
    }

    @Test("an opt-out that comes while bundles wait takes them back")
    func optsOutLater() async throws {
        let night = try Night(
            [.joe.with { $0.consent = nil }], mappings: usCoreMappings, consentPolicy: .optOut)
        night.payer.reply(.busy(retryAfterSeconds: 3600))
        _ = try await night.run()
        night.payer.put(try Self.providerAccess("deny", "active"))
        _ = try await night.pipeline.importMembers()
        #expect(try await Self.latest(night, .joe)?.state == .withheld)
        night.clock.advance(seconds: 3601)
        #expect(try await night.pipeline.deliver() == 0)
        #expect(night.payer.received.count == 1)
    }

    @Test("a consent of nobody whom we know stops the run under either policy", arguments: ConsentPolicy.allCases)
    func nobodys(policy: ConsentPolicy) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, consentPolicy: policy)
        var consent = try Self.providerAccess("deny", "active").json
        consent["patient"] = ["identifier": ["value": "M0-1"]]
        night.payer.put(try Resource(.object(consent)))
        let fault = await #expect(throws: Fault.self) { try await night.run() }
        #expect(fault?.code == .payerRecordsIncomplete)
        #expect(night.payer.received.isEmpty)
    }

    /// A PDex Provider Access Consent by Joe.
    private static func providerAccess(_ type: String, _ status: String) throws -> Resource {
        let hl7 = "http://terminology.hl7.org/CodeSystem/"
        func concept(_ system: String, _ code: String) -> JSONValue {
            ["coding": [["system": .string(system), "code": .string(code)]]]
        }
        var provision: JSONObject = [
            "period": ["start": "2026-01-01"],
            "actor": [
                [
                    "role": concept(hl7 + "provenance-participant-type", "performer"),
                    "reference": ["display": "Med0 Health Plan"],
                ]
            ],
            "action": [concept(hl7 + "consentaction", "disclose")],
        ]
        provision["type"] = type.isEmpty ? nil : .string(type)
        return try Resource([
            "resourceType": "Consent", "id": "provider-access", "status": .string(status),
            "scope": concept(hl7 + "consentscope", "patient-privacy"),
            "category": [
                concept(hl7 + "v3-ActCode", "IDSCL"),
                concept("http://hl7.org/fhir/us/davinci-pdex/CodeSystem/pdex-consent-api-purpose", "provider-access"),
            ],
            "patient": ["reference": "Patient/m-joe"], "performer": [["reference": "Patient/m-joe"]],
            "policyRule": concept(hl7 + "consentpolicycodes", "cric"), "provision": .object(provision),
        ])
    }

    private static func latest(_ night: Night, _ member: NamedMember) async throws -> Exchange? {
        let key = night.identities.key(source: "clinic0", type: "Patient", id: member.id)
        return try await night.store.read { try $0.latestExchange(member: key, payer: "med0") }
    }
}
