import FHIR
import PDex
import PDexTesting
import Testing

@testable import Pipeline

@Suite("What a coverage covers")
struct CoverageRulesTests {
    @Test(
        "a coverage holds by status and period together",
        arguments: [
            ("active", "2026-01-01", "2026-12-31", true), ("active", nil, nil, true),
            ("active", nil, "2026-05-03", false), ("active", "2026-05-05", nil, false),
            ("active", "2026-05-04", "2026-05-04", true), ("active", "2026-06-01", "2026-01-01", false),
            ("active", "2026", "2026", true), ("cancelled", "2026-01-01", "2026-12-31", false),
            ("entered-in-error", nil, nil, false), ("draft", nil, nil, false), ("", nil, nil, false),
        ])
    func holds(status: String, start: String?, end: String?, holds: Bool) throws {
        let coverage = try Self.coverage(status, start, end)
        #expect(coverage.isActive(on: ServiceDates(first: "2026-05-04", last: "2026-05-04")) == holds)
    }

    @Test("of several coverages the one that pays first stands in front, those without an order behind")
    func order() throws {
        let all = try [(nil, "M-a"), (2, "M-b"), (1, "M-c")].map { order, id in
            try Self.coverage("active", nil, nil, order: order, id: id)
        }
        let holding = Coverage.holding(on: ServiceDates(first: "2026-05-04", last: nil), among: all)
        #expect(holding.map(\.subscriberID) == ["M-c", "M-b", "M-a"])
    }

    @Test("care from before the job's window is left out; what has no date goes along")
    func window() async throws {
        let old = NamedMember.ada.with {
            $0.visit = "2019-05-04T09:00:00-05:00"
            $0.covered = "2010-01-01"..."2026-12-31"
        }
        let undated = NamedMember("una", "Una", "Reyes", born: "1990-01-01", memberID: "M0-3").with { $0.visit = nil }
        let night = try Night([.joe, old, undated], mappings: usCoreMappings, years: 5)
        let report = try await night.run()
        #expect(report.exchanges.unmatched == 1)
        #expect(report.exchanges.acknowledged == 2)
        #expect(report.resources.leftOut[.jobOutsideWindow] == 4)
    }

    @Test(
        "what was done before the coverage and outside the window stays; what is so today goes, however early it began",
        arguments: [
            ("MedicationDispense", ["whenHandedOver": "2009-03-04"], false),
            ("MedicationDispense", ["whenHandedOver": "2026-03-04"], true),
            ("ServiceRequest", ["occurrencePeriod": ["start": "2009-03-04", "end": "2009-03-05"]], false),
            ("AllergyIntolerance", ["recordedDate": "2009-03-04"], true),
            ("Condition", ["onsetDateTime": "2009-03-04"], true),
            ("Condition", ["encounter": ["reference": "Encounter/old"], "onsetDateTime": "2026-03-04"], false),
            ("AllergyIntolerance", ["encounter": ["reference": "Encounter/old"]], true),
            ("CarePlan", ["period": ["start": "2009-03-04"], "status": "active"], true),
            ("CarePlan", ["period": ["start": "2009-03-04"], "status": "completed"], false),
        ] as [(String, JSONObject, Bool)])
    func days(type: String, elements: JSONObject, isKept: Bool) async throws {
        let subject: JSONValue = ["reference": "Patient/joe"]
        let old = try Resource([
            "resourceType": "Encounter", "id": "old", "status": "finished", "subject": subject,
            "period": ["start": "2009-03-04", "end": "2009-03-04"],
        ])
        var json: JSONObject = ["resourceType": .string(type), "id": "x", "subject": subject, "patient": subject]
        for member in elements.members { json[member.key] = member.value }
        for coverage in ["2024-01-01"..."2026-12-31", "2000-01-01"..."2026-12-31"] {
            let night = try Night(
                [NamedMember.joe.with { $0.covered = coverage }], mappings: usCoreMappings,
                also: [old, Resource(.object(json))], types: ["Encounter", type],
                years: 5)
            _ = try await night.run()
            let joe = night.identities.key(source: "clinic0", type: "Patient", id: "joe")
            let key = night.identities.key(source: "clinic0", type: type, id: "x")
            let exchange = try await night.store.read { try $0.latestExchange(member: joe, payer: "med0") }
            let entry = try #require(exchange?.manifest.entries.first { $0.key == key })
            let isOutside = entry.leftOut == .jobOutsideWindow || entry.leftOut == .coverageNotActive
            #expect(isOutside != isKept)
        }
    }

    @Test("a payer gets no type that it may not have, whatever the job selects")
    func allowedTypes() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, allowedTypes: ["Encounter", "Condition"])
        let report = try await night.run()
        #expect(report.resources.leftOut[.payerTypeNotAllowed] == 1)
        #expect(report.exchanges.acknowledged == 1)
        let sent = night.payer.received.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(!sent.contains(#""resourceType":"Observation""#))
    }

    @Test("a type that a payer may not have does not go inside another resource either; what surrounds it does")
    func containedTypes() async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, also: [try Resource(Self.report)],
            types: ["Patient", "Encounter", "DiagnosticReport", "Observation"],
            allowedTypes: ["Encounter", "DiagnosticReport"])
        _ = try await night.run()
        let held = try #require(night.payer.held.values.first { $0.type == "DiagnosticReport" })
        #expect(held["contained"]?.elements.compactMap { $0["resourceType"]?.string } == ["Organization"])
        #expect(!JSONValue.object(held.json).serialized().contains("inner value".utf8))
        #expect(held["result"]?[0]?["extension"]?[0]?["valueCode"] == "masked")
    }

    @Test("what was left out inside a resource goes once the payer may have its type, and stays away again afterwards")
    func containedTypesLater() async throws {
        func night(_ allowed: Set<String>) throws -> Night {
            try Night(
                [.joe], mappings: usCoreMappings, also: [try Resource(Self.report)],
                types: ["Patient", "Encounter", "DiagnosticReport"], allowedTypes: allowed)
        }
        let short: Set<String> = ["Encounter", "DiagnosticReport"]
        let first = try night(short)
        let longer = try night(short.union(["Observation"])).pipeline.terms
        _ = try await first.run("night-1")
        var inside: [Bool] = []
        for (number, terms) in [first.pipeline.terms, longer, first.pipeline.terms].enumerated() {
            first.clock.advance(seconds: 86_400)
            _ = try await first.pipeline(by: terms).run(first.firing("later-\(number)"))
            let held = try #require(first.payer.held.values.first { $0.type == "DiagnosticReport" })
            inside.append(JSONValue.object(held.json).serialized().contains("inner value".utf8))
        }
        #expect(inside == [false, true, false])
    }

    /// A report with an Observation inside.
    private static let report: JSONValue = [
        "resourceType": "DiagnosticReport", "id": "joe-report", "status": "final",
        "code": ["coding": [["system": "http://loinc.org", "code": "24323-8"]]],
        "category": [
            ["coding": [["system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "LAB"]]]
        ],
        "subject": ["reference": "Patient/joe"], "encounter": ["reference": "Encounter/joe-visit"],
        "effectiveDateTime": "2026-05-04T09:10:00-05:00", "issued": "2026-05-04T10:00:00-05:00",
        "performer": [["reference": "#lab"]], "result": [["reference": "#inside"]],
        "contained": [
            ["resourceType": "Organization", "id": "lab", "active": true, "name": "Inner Lab"],
            [
                "resourceType": "Observation", "id": "inside", "status": "final",
                "category": [
                    [
                        "coding": [
                            [
                                "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                "code": "laboratory",
                            ]
                        ]
                    ]
                ],
                "code": ["coding": [["system": "http://loinc.org", "code": "2345-7"]]],
                "subject": ["reference": "Patient/joe"], "effectiveDateTime": "2026-05-04T09:10:00-05:00",
                "valueString": "inner value",
            ],
        ],
    ]

    @Test("what waits is withheld once the payer may not have a type any more, and goes without it the next night")
    func narrowedTypes() async throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, allowedTypes: ["Encounter", "Condition", "Observation"])
        night.payer.reply(.busy(retryAfterSeconds: 60))
        _ = try await night.run("night-1")
        night.clock.advance(seconds: 600)
        let narrowed = try Night(
            [.joe], mappings: usCoreMappings, allowedTypes: ["Encounter", "Condition"]
        ).pipeline.terms
        let delivered = try await night.pipeline(by: narrowed).deliver()
        #expect(delivered == 0)
        #expect(night.payer.held.isEmpty)
        _ = try await night.pipeline(by: narrowed).run(night.firing("night-2"))
        let types = Set(night.payer.held.values.map(\.type))
        #expect(types.contains("Encounter") && !types.contains("Observation"))
    }

    @Test("what was made for other types is not sent again as it was: what the payer may not have may be inside")
    func narrowedAsSent() async throws {
        let types: Set<String> = ["Encounter", "Condition", "Observation"]
        let night = try Night([.joe], mappings: usCoreMappings, allowedTypes: types.union(["DiagnosticReport"]))
        night.payer.reply(.loseAnswer, .loseAnswer, .loseAnswer)
        _ = try await night.run("night-1")
        for _ in 0..<2 {
            night.clock.advance(seconds: 700)
            _ = try await night.pipeline.deliver()
        }
        let made = try #require(
            try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first)
        let sent = night.payer.received.count
        let narrowed = night.pipeline(
            by: try Night([.joe], mappings: usCoreMappings, allowedTypes: types).pipeline.terms)

        let fault = await #expect(throws: Fault.self) {
            _ = try await narrowed.replay(made, run: night.firing("as-sent"), from: .submit)
        }
        #expect(made.state == .parked)
        #expect(fault?.code == .exchangeNotReplayable && fault?.hint?.contains("from the map step") == true)
        #expect(night.payer.received.count == sent)

        let again = try await narrowed.replay(made, run: night.firing("anew"), from: .map)
        #expect(again.state == .acknowledged)
    }

    private static let nothing = ServerCapability(
        fhirVersion: "4.0.1", systemInteractions: [], systemOperations: [], types: [:])

    @Test("a payer need not offer to take a type that it may not have")
    func offeredTypes() throws {
        let night = try Night([.joe], mappings: usCoreMappings, allowedTypes: ["Encounter"])
        let offer = DeliveryOffer(
            night.pipeline.terms, night.pipeline.mappings, Self.nothing)
        #expect(offer.types == ["Encounter", "Organization", "Patient", "Provenance"])
    }

    @Test(
        "the clinic's Coverage is written only where the job selects it and the payer may have it (PB-09)",
        arguments: [(true, true), (true, false), (false, true)])
    func coverages(isSelected: Bool, isAllowed: Bool) throws {
        let night = try Night(
            [.joe], mappings: usCoreMappings, types: ["Patient", "Encounter"] + (isSelected ? ["Coverage"] : []),
            allowedTypes: isAllowed ? nil : ["Encounter"])
        let offer = DeliveryOffer(
            night.pipeline.terms, night.pipeline.mappings, Self.nothing)
        #expect(offer.types.contains("Coverage") == (isSelected && isAllowed))
    }

    @Test("in any set of coverages a visit is covered exactly when an oracle of days says so")
    func oracle() throws {
        var random = Numbers(state: 7)
        for _ in 0..<10_000 {
            let day = 1 + random.below(28)
            var covered = false
            var coverages: [Coverage] = []
            for _ in 0..<(1 + random.below(3)) {
                let start = random.below(4) == 0 ? nil : 1 + random.below(28)
                let end = random.below(4) == 0 ? nil : 1 + random.below(28)
                let status = ["active", "active", "active", "cancelled", "entered-in-error"][random.below(5)]
                covered = covered || (status == "active" && (start ?? 0) <= day && day <= (end ?? 99))
                coverages.append(try Self.coverage(status, start.map(Self.text), end.map(Self.text)))
            }
            let dates = ServiceDates(first: Self.text(day), last: Self.text(day))
            #expect(Coverage.holding(on: dates, among: coverages).isEmpty == !covered)
        }
    }

    private static func text(_ day: Int) -> String { "2026-03-" + (day < 10 ? "0" : "") + "\(day)" }

    @Test("where a rule is known to lead patient and member to each other, nobody is looked for by it")
    func met() throws {
        let (patient, member) = (ResourceKey(bits: 1), ResourceKey(bits: 2))
        var looked: [MatchRule] = []
        let match = try CoverageMatch.deciding(
            for: patient, by: [.memberID], agrees: { _, _ in true }, meets: { $1 == .demographics },
            members: { rule in
                looked.append(rule)
                return rule == .memberID ? [member] : []
            }, claimants: { _, rule in rule == .memberID ? [patient] : [] })
        #expect(match == .member(member, by: .memberID))
        #expect(looked.contains(.subscriberID) && !looked.contains(.demographics))
    }

    @Test("that a weaker rule leads both to each other does not make up for a rival by the rule that decides")
    func rival() throws {
        let (patient, member, other) = (ResourceKey(bits: 1), ResourceKey(bits: 2), ResourceKey(bits: 3))
        let match = try CoverageMatch.deciding(
            for: patient, by: [.memberID], agrees: { _, _ in true }, meets: { _, _ in true },
            members: { _ in [member] },
            claimants: { _, _ in [patient, other] })
        #expect(match == .claimed(.memberID, patients: 2))
    }

    private static func coverage(
        _ status: String, _ start: String?, _ end: String?, order: Int? = nil, id: String = "M"
    ) throws -> Coverage {
        var period = JSONObject()
        period["start"] = start.map(JSONValue.string)
        period["end"] = end.map(JSONValue.string)
        var json: JSONObject = [
            "resourceType": "Coverage", "id": "c", "status": .string(status), "subscriberId": .string(id),
        ]
        json["period"] = period.count > 0 ? .object(period) : nil
        json["order"] = order.map { .number(JSONNumber($0)) }
        return Coverage(try Resource(.object(json)))
    }
}
