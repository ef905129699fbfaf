import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("What a consent and a coverage must say")
struct HRexTests {
    @Test(
        "a consent that lacks what HRex demands does not permit (HC-01, HC-03)",
        arguments: [
            "no category", "another category", "no performer", "two performers", "no source", "scope of another system",
            "actor of another system", "actor without a system", "role of another system", "action of another system",
        ])
    func unusable(flaw: String) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.put(try Self.consent(flaw))
        let report = try await night.run()
        #expect(report.exchanges.withheld == [.consentOutOfScope: 1])
        #expect(night.payer.received.count == 0)
    }

    @Test(
        "a consent with conditions that HRex does not define does not permit (HC-04)",
        arguments: ["securityLabel", "purpose", "class", "code", "dataPeriod", "data", "provision"])
    func conditions(element: String) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        var consent = try Self.record("Consent")
        var provision = try #require(consent["provision"]?.object)
        provision[element] = element == "dataPeriod" ? ["start": "2026-01-01"] : [["code": "x"]]
        consent["provision"] = .object(provision)
        night.payer.put(try Resource(.object(consent)))
        #expect(try await night.run().exchanges.withheld == [.consentOutOfScope: 1])
        #expect(night.payer.received.count == 0)
    }

    @Test(
        "the last day of a consent is over when it is over anywhere; one with a time ends then (HC-02)",
        arguments: [
            ("2026-06-01", 27_899, 27_901), ("2026-06-01T22:00:00-05:00", 89_100, 89_101),
            ("2026-06", 2_533_499, 2_533_501),
        ])
    func lastDay(end: String, before: Double, after: Double) async throws {
        for (seconds, isOver) in [(before, false), (after, true)] {
            let night = try Night([.joe.with { $0.consentPeriod = "2026-01-01"...end }], mappings: usCoreMappings)
            night.clock.advance(seconds: seconds)
            let report = try await night.run()
            #expect(report.exchanges.withheld == (isOver ? [.consentExpired: 1] : [:]))
            #expect(night.payer.received.isEmpty == isOver)
        }
    }

    @Test("a consent whose source is an attachment permits, and the exchange says so")
    func attachment() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.put(try Self.consent("attachment"))
        #expect(try await night.run().exchanges.acknowledged == 1)
        let exchange = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first
        #expect(exchange?.consent?.rule == "HRex Consent #regular, whose source is no DocumentReference")
    }

    @Test("coverage of another plan is no coverage with this payer (CO-13)")
    func otherPlan() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        var coverage = try Self.record("Coverage")
        coverage["payor"] = [["reference": "Organization/other"]]
        night.payer.put(try Resource(.object(coverage)))
        night.payer.put(
            try Resource([
                "resourceType": "Organization", "id": "other", "name": "Other Plan",
                "identifier": [["system": "http://hl7.org/fhir/sid/us-npi", "value": "1679576722"]],
            ]))
        let report = try await night.run()
        #expect(report.exchanges.unmatched == 1)
        #expect(night.payer.received.count == 0)
    }

    @Test(
        "a coverage that is not active never holds, whatever its period",
        arguments: ["cancelled", "draft", "", "entered-in-error"])
    func inactive(status: String) throws {
        var coverage = try Self.record("Coverage")
        coverage["status"] = .string(status)
        coverage["period"] = nil
        let dates = ServiceDates(first: "2026-05-04", last: "2026-05-04")
        #expect(Coverage(try Resource(.object(coverage))).isActive(on: dates) == false)
    }

    @Test(
        "a payor is the payer by NPI; by name only beside identifiers of other kinds; unsaid only on its own server",
        arguments: [
            (#"{"identifier":{"system":"http://hl7.org/fhir/sid/us-npi","value":"1003000126"}}"#, true, true),
            (#"{"identifier":{"system":"urn:oid:2.16.840.1.113883.4.6","value":"1003000126"}}"#, true, true),
            (#"{"identifier":{"system":"http://hl7.org/fhir/sid/us-npi","value":"1679576722"}}"#, false, false),
            (##"{"reference":"#me"}"##, true, true),
            (##"{"reference":"#other"}"##, false, false),
            (#"{"identifier":{"system":"urn:x","value":"1003000126"},"display":"Other Plan"}"#, false, false),
            (#"{"identifier":{"system":"urn:x","value":"7"},"display":"med0 health plan"}"#, true, true),
            (#"{"display":"Med0 Health Plan"}"#, true, false),
            (#"{"reference":"Organization/med0"}"#, true, false),
        ])
    func payor(json: String, served: Bool, filed: Bool) throws {
        let text = #"""
            {"resourceType":"Coverage","id":"c","payor":[\#(json)],"contained":[
            {"resourceType":"Organization","id":"me","name":"Med0",
            "identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1003000126"}]},
            {"resourceType":"Organization","id":"other","name":"Other Plan",
            "identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1679576722"}]}]}
            """#
        let payor = try #require(Coverage(try Resource(parsing: Array(text.utf8))).payors.first)
        let payer = Party(
            name: "med0", base: "https://fhir.med0.example/r4", npi: "1003000126", organization: "Med0 Health Plan",
            identifierSystem: "https://med0.example/fhir-id")
        #expect(payor.names(payer, source: .fhir) == served)
        #expect(payor.names(payer, source: .file("coverage.ndjson")) == filed)
    }

    private static func record(_ type: String) throws -> JSONObject {
        let records = try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
        return try #require(records.first { $0.type == type }).json
    }

    /// Joe's consent with one flaw.
    private static func consent(_ flaw: String) throws -> Resource {
        let hl7 = "http://terminology.hl7.org/CodeSystem/"
        let text = String(decoding: try Resource(.object(record("Consent"))).serialized(), as: UTF8.self)
        let changes: [String: (String, String)] = [
            "no category": (#""category":"#, #""categories":"#),
            "another category": (#""code":"IDSCL""#, #""code":"RESEARCH""#),
            "no performer": (#""performer":["#, #""performers":["#),
            "two performers": (#""performer":["#, #""performer":[{"display":"Somebody"},"#),
            "no source": (#""sourceReference":"#, #""noSource":"#),
            "attachment": (#""sourceReference":"#, #""sourceAttachment":"#),
            "scope of another system": (hl7 + "consentscope", hl7 + "another"),
            "actor of another system": ("http://hl7.org/fhir/sid/us-npi", "urn:another"),
            "actor without a system": (#""system":"http://hl7.org/fhir/sid/us-npi","#, ""),
            "role of another system": (hl7 + "v3-ParticipationType", hl7 + "another"),
            "action of another system": (hl7 + "consentaction", hl7 + "another"),
        ]
        let (old, new) = try #require(changes[flaw])
        let changed = text.replacing(old, with: new)
        #expect(changed != text)
        return try Resource(parsing: Array(changed.utf8))
    }
}
