import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("The conformance gate")
struct ConformanceGateTests {
    @Test("leaves out what does not conform, and what referred to it names it by its identifier")
    func leaveOut() async throws {
        let night = try Self.night(ConformancePolicy(), also: [Self.odd, Self.panel])

        let report = try await night.run()

        #expect(report.resources.leftOut[.conformanceInvalid] == 1)
        #expect(report.conformance == ["Observation.status binding.required": 1])
        #expect(report.balanced)
        let sent = night.payer.held.values.filter { $0.type == "Observation" }
        let panel = try #require(sent.first { $0["hasMember"] != nil })
        #expect(panel["hasMember"]?[0]?["reference"] == nil)
        #expect(panel["hasMember"]?[0]?["identifier"]?["value"] == "odd")
        #expect(!sent.contains { $0["status"] == "Canary" })
    }

    @Test("says where, by which rule and of which profile, and never quotes the value")
    func remark() async throws {
        let night = try Self.night(ConformancePolicy(), also: [Self.odd])

        let exchange = try #require(try await Self.exchange(night))

        let lines = try await night.store.read { try $0.audit(ofExchange: exchange.id) }
            .filter { $0.entry.action == "exchange.remarked" }.compactMap(\.entry.reason)
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        #expect(line.hasPrefix("Observation.status · binding.required · no code from the required value set"))
        #expect(line.contains("us-core-simple-observation"))
        #expect(!line.contains("Canary"))
    }

    @Test("holds the member's exchange where the payer wants that")
    func hold() async throws {
        let night = try Self.night(ConformancePolicy(onInvalid: .hold), also: [Self.odd])

        let report = try await night.run()

        #expect(report.exchanges.parked == [.conformanceInvalid: 1])
        #expect(night.payer.received.count == 0)
        let exchange = try #require(try await Self.exchange(night))
        #expect(exchange.detail?.hasPrefix("Observation.status") == true)
        #expect(report.balanced)
    }

    @Test("sends everything when it only reports, and says what was wrong")
    func report() async throws {
        let night = try Self.night(ConformancePolicy(gate: .report), also: [Self.odd])

        let report = try await night.run()

        #expect(report.resources.leftOut[.conformanceInvalid] == nil)
        #expect(report.conformance == ["Observation.status binding.required": 1])
        #expect(night.payer.held.values.contains { $0["status"] == "Canary" })
    }

    @Test("looks at nothing when it is off")
    func off() async throws {
        let night = try Self.night(ConformancePolicy(gate: .off), also: [Self.odd])

        let report = try await night.run()

        #expect(report.conformance == [:])
        #expect(night.payer.held.values.contains { $0["status"] == "Canary" })
    }

    @Test("with a visit leaves out what speaks of it")
    func visit() async throws {
        let night = try Self.night(ConformancePolicy(), also: [Self.oddVisit, Self.atOddVisit])

        let report = try await night.run()

        #expect(report.resources.leftOut[.conformanceInvalid] == 2)
        #expect(report.exchanges.acknowledged == 1)
        #expect(report.balanced)
    }

    @Test("parks a member whose Patient does not conform")
    func patient() async throws {
        let night = try Night(
            [NamedMember.joe.with { $0.gender = "Canary" }], mappings: usCoreMappings,
            validator: GateFiles.sheetsOnly)

        let report = try await night.run()

        #expect(report.exchanges.parked == [.conformanceInvalid: 1])
        #expect(night.payer.received.count == 0)
    }

    @Test(
        "of a shared resource prunes it, or holds whoever refers to it", arguments: ConformancePolicy.Failure.allCases)
    func shared(onInvalid: ConformancePolicy.Failure) async throws {
        let night = try Self.night(ConformancePolicy(onInvalid: onInvalid), also: [Self.oddPlace, Self.atOddPlace])

        let report = try await night.run()

        #expect(report.exchanges.acknowledged == (onInvalid == .leaveOut ? 1 : 0))
        #expect(report.exchanges.parked == (onInvalid == .leaveOut ? [:] : [.conformanceInvalid: 1]))
        #expect(report.conformance["Location.status binding.required"] != nil)
        #expect(!night.payer.held.values.contains { $0["status"] == "Canary" })
    }

    @Test("tells an exchange what was found in a shared resource, also of one behind another")
    func sharedFindings() async throws {
        let role: JSONValue = [
            "resourceType": "PractitionerRole", "id": "nurse", "location": [["reference": "Location/place"]],
            "practitioner": ["reference": "Practitioner/dr-hale"],
            "telecom": [["system": "phone", "value": "1"]],
        ]
        let visit = Self.visit("there", ["participant": [["individual": ["reference": "PractitionerRole/nurse"]]]])
        let night = try Self.night(ConformancePolicy(), also: [Self.oddPlace, role, visit])

        let exchange = try #require(try await Self.exchange(night))

        let findings = try await Self.findings(of: exchange, night)
        #expect(findings.map { "\($0.path) \($0.rule)" } == ["Location.status binding.required"])
        #expect(findings.allSatisfy { $0.resource != nil })
        #expect(exchange.state == .acknowledged)
    }

    @Test("tells an exchange what it was held for in a shared resource")
    func sharedHeld() async throws {
        let night = try Self.night(ConformancePolicy(onInvalid: .hold), also: [Self.oddPlace, Self.atOddPlace])

        let exchange = try #require(try await Self.exchange(night))

        #expect(exchange.reason == .conformanceInvalid)
        #expect(try await Self.findings(of: exchange, night).map(\.rule) == ["binding.required"])
    }

    @Test(
        "tells an exchange what a mapping refused, which holds nothing", arguments: ConformancePolicy.Failure.allCases)
    func refused(onInvalid: ConformancePolicy.Failure) async throws {
        let night = try Self.night(
            ConformancePolicy(onInvalid: onInvalid),
            also: [Self.visit("once", ["period": .null])])

        let exchange = try #require(try await Self.exchange(night))

        let findings = try await Self.findings(of: exchange, night)
        #expect(exchange.state == .acknowledged)
        #expect(
            findings.map(\.text) == [
                "Encounter · mapping.required-element-missing · a finished visit needs a period; without one neither "
                    + "coverage nor consent can be checked for it (mapping us-core-encounter)"
            ])
    }

    @Test("turned on later looks at everybody again")
    func turnedOn() async throws {
        let night = try Self.night(ConformancePolicy(gate: .off), also: [Self.odd])
        _ = try await night.run()
        let terms = try Self.night(ConformancePolicy(), also: []).pipeline.terms
        let strict = ExchangePipeline(
            terms: terms, clinic: night.clinic, payer: night.payer,
            store: night.store, mappings: try LoadedMappings.set(in: usCoreMappings, digests: .standIn),
            validator: GateFiles.sheetsOnly, identities: night.identities, clock: night.clock, random: { 0.5 },
            owner: "tests")

        let report = try await strict.run(night.firing("night-2"))

        #expect(report.resources.leftOut[.conformanceInvalid] == 1)
    }

    private static func night(_ policy: ConformancePolicy, also: [JSONValue]) throws -> Night {
        try Night(
            [.joe], mappings: usCoreMappings, also: try also.map { try Resource($0) },
            types: ["Patient", "Encounter", "Observation", "Practitioner"], conformance: policy,
            validator: GateFiles.sheetsOnly)
    }

    private static func exchange(_ night: Night) async throws -> Exchange? {
        let run = night.firing("night-1")
        _ = try await night.pipeline.run(run)
        return try await night.store.read { reader in
            try reader.exchanges(matching: ExchangeFilter(run: run.id), limit: 1).first
        }
    }

    private static func findings(of exchange: Exchange, _ night: Night) async throws -> [GateFinding] {
        try await night.store.read { try $0.audit(ofExchange: exchange.id) }
            .filter { $0.entry.action == GateFinding.action }
            .compactMap { $0.entry.reason.flatMap { GateFinding(line: $0) } }
    }

    private static func observation(_ id: String, status: JSONValue, _ more: JSONObject = [:]) -> JSONValue {
        var json: JSONObject = [
            "resourceType": "Observation", "id": .string(id), "status": status, "code": ["text": "a number"],
            "category": [["coding": [["system": "http://example.org/c", "code": "own"]]]],
            "subject": ["reference": "Patient/joe"], "effectiveDateTime": "2026-05-04T09:10:00-05:00",
            "encounter": ["reference": "Encounter/joe-visit"], "valueString": "Canary",
        ]
        for member in more.members {
            json[member.key] = member.value == .null ? Optional<JSONValue>.none : member.value
        }
        return .object(json)
    }

    private static let odd = observation("odd", status: "Canary")
    private static let panel = observation(
        "panel", status: "final", ["hasMember": [["reference": "Observation/odd"]]])
    private static let atOddVisit = observation(
        "there", status: "final", ["encounter": ["reference": "Encounter/odd-visit"]])
    private static let oddVisit: JSONValue = [
        "resourceType": "Encounter", "id": "odd-visit", "status": "finished", "class": ["code": "AMB"],
        "subject": ["reference": "Patient/joe"], "period": ["start": "2026-05-04T09:00:00-05:00"],
        "serviceType": "dermatology",
    ]
    private static let oddPlace: JSONValue = [
        "resourceType": "Location", "id": "place", "name": "Ward 3", "status": "Canary",
    ]
    private static let atOddPlace = visit("elsewhere", ["location": [["location": ["reference": "Location/place"]]]])

    private static func visit(_ id: String, _ more: JSONObject) -> JSONValue {
        var json: JSONObject = [
            "resourceType": "Encounter", "id": .string(id), "status": "finished", "class": ["code": "AMB"],
            "subject": ["reference": "Patient/joe"], "period": ["start": "2026-05-04T09:00:00-05:00"],
        ]
        for member in more.members {
            json[member.key] = member.value == .null ? Optional<JSONValue>.none : member.value
        }
        return .object(json)
    }
}
