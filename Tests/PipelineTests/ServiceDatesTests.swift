import FHIR
import Foundation
import PDex
import PDexTesting
import Testing

@Suite("On which days care was given")
struct ServiceDatesTests {
    /// For each mapped type, an element that dates it, or why it has no day.
    private static let mapped: [String: Dating] = [
        "AllergyIntolerance": .undated("is so today, whenever it was recorded"),
        "CarePlan": .by(["period": ["start": .day, "end": .day]]),
        "CareTeam": .by(["period": ["start": .day, "end": .day]]),
        "Condition": .by(["onsetDateTime": .day]),
        "Coverage": .by(["period": ["start": .day, "end": .day]]),
        "Device": .undated("is in somebody, not an act of care"),
        "DiagnosticReport": .by(["effectiveDateTime": .day, "issued": .other]),
        "DocumentReference": .by(["context": ["period": ["start": .day, "end": .day]], "date": .other]),
        "Encounter": .by(["period": ["start": .day, "end": .day]]),
        "Goal": .by(["startDate": .day, "statusDate": .other]),
        "Immunization": .by(["occurrenceDateTime": .day, "recorded": .other]),
        "Location": .undated("belongs to no patient"),
        "Medication": .undated("belongs to no patient"),
        "MedicationDispense": .by(["whenHandedOver": .day, "whenPrepared": .other]),
        "MedicationRequest": .by(["authoredOn": .day]),
        "Observation": .by(["effectiveTiming": ["event": [.day]], "issued": .other]),
        "Organization": .undated("belongs to no patient"),
        "Patient": .undated("is the member, and goes with what is covered"),
        "Practitioner": .undated("belongs to no patient"),
        "PractitionerRole": .undated("belongs to no patient"),
        "Procedure": .by(["performedPeriod": ["start": .day, "end": .day]]),
        "Provenance": .undated("goes with what it speaks of"),
        "RelatedPerson": .undated("is a relation, not an act of care"),
        "ServiceRequest": .by(["occurrencePeriod": ["start": .day, "end": .day], "authoredOn": .other]),
        "Specimen": .by(["collection": ["collectedDateTime": .day], "receivedTime": .other]),
    ]

    enum Dating: Sendable {
        case by(JSONObject)
        case undated(String)
    }

    @Test("every type that a mapping set maps is dated, or listed here with the reason why not")
    func everyMappedType() throws {
        let folder = URL(filePath: usCoreMappings).deletingLastPathComponent()
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        let sources = try files.compactMap { $0 as? URL }
            .filter { $0.pathExtension == "yaml" && !$0.lastPathComponent.hasSuffix(".test.yaml") }
            .flatMap { try String(contentsOf: $0, encoding: .utf8).split(separator: "\n") }
            .filter { $0.hasPrefix("from: ") }
            .map { String($0.dropFirst(6)) }
        #expect(Set(sources) == Set(Self.mapped.keys))
    }

    /// The types that have a day, with the elements that state it.
    private static let datedTypes = mapped.keys.sorted().compactMap { type -> (String, JSONObject)? in
        guard case .by(let elements)? = mapped[type] else { return nil }
        return (type, elements)
    }

    @Test("each type is dated by its own element", arguments: datedTypes)
    func dated(type: String, elements: JSONObject) throws {
        let dates = try Self.dates(type, elements)
        #expect(dates == ServiceDates(first: "2009-03-04", last: "2009-03-04"))
    }

    @Test(
        "whatever else stands for a day counts",
        arguments: [
            ["occurrenceTiming": ["repeat": ["boundsPeriod": ["start": .day, "end": .day]]]],
            ["collection": ["collectedPeriod": ["start": .day, "end": .day]]], ["receivedTime": .day],
            ["billablePeriod": ["start": .day]], ["servicedDate": .day], ["started": .day], ["authored": .day],
            ["whenPrepared": .day], ["recorded": .day], ["statusDate": .day], ["created": .day], ["date": .day],
        ] as [JSONObject])
    func further(elements: JSONObject) throws {
        #expect(try Self.dates("Basic", elements) == ServiceDates(first: "2009-03-04", last: "2009-03-04"))
    }

    @Test("what is so whatever the day has none: allergies, relations, and conditions of no visit")
    func undated() throws {
        let elements: JSONObject = ["onsetDateTime": .day, "recordedDate": .day, "period": ["start": .day]]
        let visit: JSONObject = ["encounter": ["reference": "Encounter/e"]]
        for type in ServiceDates.undatedTypes { #expect(try Self.dates(type, elements.with(visit)).isEmpty) }
        #expect(try Self.dates("Condition", elements).isEmpty)
        #expect(try !Self.dates("Condition", elements.with(visit)).isEmpty)
    }

    @Test(
        "a period without an end reaches today while its status says that it goes on, and else is one day",
        arguments: [
            ("CarePlan", "active", true), ("Encounter", "in-progress", true), ("Encounter", "finished", false),
            ("CarePlan", "completed", false), ("CareTeam", nil, true), ("Observation", nil, false),
        ])
    func openEnd(type: String, status: String?, reaches: Bool) throws {
        let dates = try Self.dates(type, ["period": ["start": .day]], status: status)
        #expect(dates.reaching("2026-06-01T02:15:00Z").last == (reaches ? "2026-06-01T02:15:00Z" : "2009-03-04"))
    }

    @Test("a goal goes on from its start while it is one")
    func goal() throws {
        let goal: JSONObject = ["startDate": .day, "lifecycleStatus": "active"]
        #expect(try Self.dates("Goal", goal) == ServiceDates(first: "2009-03-04", last: nil))
        #expect(try Self.dates("Goal", goal.with(["lifecycleStatus": "completed"])).last == "2009-03-04")
    }

    @Test("what begins after today does not end before it begins")
    func future() {
        #expect(ServiceDates(first: "2026-07-01", last: nil).reaching("2026-06-01").last == "2026-07-01")
    }

    @Test(
        "a day that is not whole is covered where all that it may mean is",
        arguments: [
            ("2024", "2024-06-01", "2026-12-31", false), ("2024", "2024-01-01", "2024-12-31", true),
            ("2024", "2024-01-01", "2024-06-30", false), ("2024-06", "2024-06-01", "2024-06-30", true),
            ("2024-06", "2024-06-02", "2024-12-31", false), ("2024-06-01", "2024-06-01", "2024-06-01", true),
            ("2024", "2024", "2024", true), ("2024-06", "2024", "2024", true),
            ("2024-02", "2024-02-01", "2024-02-28", false), ("2023-02", "2023-02-01", "2023-02-28", true),
        ])
    func partial(day: String, start: String, end: String, holds: Bool) throws {
        let coverage = Coverage(
            try Resource([
                "resourceType": "Coverage", "id": "c", "status": "active",
                "period": ["start": .string(start), "end": .string(end)],
            ]))
        #expect(coverage.isActive(on: ServiceDates(first: day, last: day)) == holds)
    }

    private static func dates(_ type: String, _ elements: JSONObject, status: String? = nil) throws -> ServiceDates {
        let visit = type == "Condition" && elements["period"] == nil ? "e" : nil
        var json: JSONObject = ["resourceType": .string(type), "id": "x", "subject": ["reference": "Patient/p"]]
        json["status"] = status.map(JSONValue.string)
        json["encounter"] = visit.map { ["reference": .string("Encounter/" + $0)] }
        return ServiceDates(try ResourceScan.scan(JSONValue.object(json.with(elements)).serialized()))
    }
}

extension JSONValue {
    fileprivate static let day: JSONValue = "2009-03-04"
    fileprivate static let other: JSONValue = "2020-01-01"
}

extension JSONObject {
    fileprivate func with(_ others: JSONObject) -> JSONObject {
        var all = self
        for member in others.members { all[member.key] = member.value }
        return all
    }
}
