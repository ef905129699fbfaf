import FHIR
import SampleData
import Testing

@Suite("The scan of a resource")
struct ResourceScanTests {
    private func scan(_ json: JSONValue) throws -> ResourceScan {
        try ResourceScan.scan(json.serialized())
    }

    /// A resource of that type with the id `1` and these elements.
    private func resource(_ type: String, _ elements: JSONObject) -> JSONValue {
        .object(
            JSONObject(
                members: [.init(key: "resourceType", value: .string(type)), .init(key: "id", value: "1")]
                    + elements.members))
    }

    @Test("finds everything in an encounter, in any order of its elements", arguments: 0..<20 as Range<UInt64>)
    func scansAnEncounter(seed: UInt64) throws {
        let encounter: JSONObject = [
            "resourceType": "Encounter", "id": "e-1",
            "meta": ["versionId": "3", "lastUpdated": "2026-01-11T02:13:45.120Z", "tag": [["code": "x"]]],
            "contained": [["resourceType": "Patient", "id": "inner", "period": ["start": "1999"]]],
            "subject": ["reference": "Patient/p-1", "display": "x"], "status": "finished",
            "participant": [["individual": ["reference": "Practitioner/d"], "period": ["start": "1998"]]],
            "period": ["start": "2026-01-10T08:00:00Z", "end": "2026-01-10T09:00:00Z"],
        ]
        var random = SeededNumbers(seed: seed)
        let shuffled = JSONObject(members: encounter.members.shuffled(using: &random))

        let expected = ResourceScan(
            type: "Encounter", id: "e-1", versionID: "3", lastUpdated: Instant("2026-01-11T02:13:45.120Z"),
            patient: "Patient/p-1", encounter: nil, start: Instant("2026-01-10T08:00:00Z"),
            end: Instant("2026-01-10T09:00:00.999999999Z"), firstDay: "2026-01-10", lastDay: "2026-01-10",
            status: "finished")
        #expect(try scan(.object(shuffled)) == expected)
    }

    @Test(
        "finds the patient, by whatever element and in whatever form",
        arguments: [
            (["subject": ["reference": "Patient/1"]], "Patient/1"),
            (["patient": ["reference": "Patient/1"]], "Patient/1"),
            (["beneficiary": ["reference": "Patient/1/_history/2"]], "Patient/1/_history/2"),
            (["individual": ["reference": "https://h/r4/Patient/1"]], "https://h/r4/Patient/1"),
            (["for": ["reference": "Patient/1"]], "Patient/1"),
            (["candidate": ["reference": "Patient/1"]], "Patient/1"),
            (["deliverFor": ["reference": "Patient/1"]], "Patient/1"),
            (["subject": ["reference": "Patient?identifier=a|b"]], "Patient?identifier=a|b"),
            (["subject": ["reference": "urn:uuid:1", "type": "Patient"]], "urn:uuid:1"),
            (
                ["subject": [["reference": "Group/1"], ["reference": "Patient/1"], ["reference": "Patient/2"]]],
                "Patient/1"
            ),
            (["patient": ["reference": "Patient/2"], "subject": ["reference": "Patient/1"]], "Patient/1"),
            (["patient": ["reference": "Patient/2"], "subject": ["reference": "Group/1"]], "Patient/2"),
            (["subject": ["reference": "Group/1"]], nil), (["subject": ["reference": "urn:uuid:1"]], nil),
            (["subject": ["reference": "Patient"]], nil), (["subject": ["reference": "Patient/a b"]], nil),
            (["subject": ["reference": "PatientX/1"]], nil), (["subject": ["reference": 1]], nil),
            (["subject": "Patient/1"], nil),
            (["subject": [[["reference": "Patient/1"]]]], nil),
            (["item": ["subject": ["reference": "Patient/1"]]], nil),
            (["subject": ["reference": "Group/1", "type": "Patient"]], nil), ([:], nil),
        ] as [(JSONObject, String?)])
    func findsThePatient(elements: JSONObject, patient: String?) throws {
        #expect(try scan(resource("Observation", elements)).patient == patient)
        #expect(try scan(resource("Patient", elements)).patient == nil)
    }

    @Test(
        "finds what a Provenance speaks of, and no target of another kind",
        arguments: [
            (
                ["target": [["reference": "Patient/1"], ["display": "none"], ["reference": "Encounter/2"]]],
                ["Patient/1", "Encounter/2"]
            ),
            (["target": ["reference": "Patient/1"]], ["Patient/1"]), (["target": "Patient/1"], []),
            (["target": [[]]], []),
            (["target": [["measure": ["text": "reference"], "dueDate": "2026-01-10"]]], []), ([:], []),
        ] as [(JSONObject, [String])])
    func findsTargets(members: JSONObject, expected: [String]) throws {
        let resource: JSONObject = ["resourceType": "Provenance", "id": "1"]
        let all = JSONObject(members: resource.members + members.members)
        #expect(try ResourceScan.scan(JSONValue.object(all).serialized()).targets == expected)
    }

    @Test(
        "finds the encounter",
        arguments: [
            (["encounter": ["reference": "Encounter/1"]], "Encounter/1"),
            (["context": ["reference": "Encounter/1"]], "Encounter/1"),
            (["context": ["encounter": [["reference": "Encounter/1"], ["reference": "Encounter/2"]]]], "Encounter/1"),
            (["context": ["reference": "EpisodeOfCare/1"]], nil), (["context": ["encounter": []]], nil),
            (["context": ["reference": "Encounter/2"], "encounter": ["reference": "Encounter/1"]], "Encounter/1"),
            (["context": ["period": ["start": "2026"], "encounter": [["reference": "EpisodeOfCare/1"]]]], nil),
            ([:], nil),
        ] as [(JSONObject, String?)])
    func findsTheEncounter(elements: JSONObject, encounter: String?) throws {
        #expect(try scan(resource("Observation", elements)).encounter == encounter)
    }

    @Test(
        "finds the relevant time, the more telling element first",
        arguments: [
            (["period": ["start": "2026-01-01T00:00:00Z"]], "2026-01-01T00:00:00Z", nil),
            (["effectiveDateTime": "2026-01-01T00:00:00Z"], "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.999999999Z"),
            (["performedPeriod": ["end": "2026-01-01T00:00:00.1Z"]], nil, "2026-01-01T00:00:00.199999999Z"),
            (
                ["issued": "2026-01-02T00:00:00.000Z", "effectiveInstant": "2026-01-01T00:00:00.000000000Z"],
                "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"
            ),
            (["onsetDateTime": "2026"], "2025-12-31T10:00:00Z", "2027-01-01T11:59:59.999999999Z"),
            (
                ["period": ["start": "soon"], "date": "2026-01-01"], "2025-12-31T10:00:00Z",
                "2026-01-02T11:59:59.999999999Z"
            ),
            (["recordedDate": "x", "authoredOn": 5], nil, nil), (["status": "final"], nil, nil),
        ] as [(JSONObject, String?, String?)])
    func findsTheTime(elements: JSONObject, start: String?, end: String?) throws {
        let scan = try scan(resource("Observation", elements))
        #expect(scan.start == start.flatMap { Instant($0) })
        #expect(scan.end == end.flatMap { Instant($0) })
    }

    /// The elements that say a time, the most telling first.
    private static let times = [
        "period", "billablePeriod", "effectivePeriod", "performedPeriod", "occurrencePeriod", "onsetPeriod", "started",
        "whenHandedOver", "authoredOn", "recordedDate", "date", "issued",
    ]

    @Test("prefers times in the order that is documented", arguments: times.indices)
    func prefersTimes(rank: Int) throws {
        let members = Self.times.indices[rank...].reversed().map { index in
            JSONObject.Member(key: Self.times[index], value: .string("20\(10 + index)"))
        }
        let scan = try scan(resource("Observation", JSONObject(members: members)))
        #expect(scan.start == FHIRDate("20\(10 + rank)")?.earliest)
    }

    @Test("reads names and values that are spelled with escapes")
    func readsEscapes() throws {
        let text =
            #"{"resource\u0054ype":"Obs\u0065rvation","\u0069d":"\u0031","subject":{"r\u0065ference":"Patient\/1"},"m\u0065ta":{"versionI\u0064":"\u0037"},"date":"\u0032026"}"#
        let scan = try ResourceScan.scan([UInt8](text.utf8))
        #expect(scan.type == "Observation" && scan.id == "1" && scan.versionID == "7" && scan.patient == "Patient/1")
        #expect(scan.start == FHIRDate("2026")?.earliest)
    }

    @Test(
        "refuses what is no resource with an id",
        arguments: [
            ("[]", .notAResource), ("1", .notAResource), ("{}", .notAResource),
            (#"{"resourceType":1,"id":"1"}"#, .notAResource),
            (#"{"resourceType":"","id":"1"}"#, .notAResource), (#"{"resourceType":"A b","id":"1"}"#, .notAResource),
            (#"{"resourceType":"Patient"}"#, .missingID), (#"{"resourceType":"Patient","id":1}"#, .invalidID),
            (#"{"resourceType":"Patient","id":"a/b"}"#, .invalidID),
            (#"{"resourceType":"Patient","id":null}"#, .invalidID),
            (#"{"resourceType":"Patient","id":"1","id":"1"}"#, .json(JSONError(.duplicateKey, at: 35))),
            (
                #"{"resourceType":"Patient","id":"1","meta":{"versionId":"1","versionId":"2"}}"#,
                .json(JSONError(.duplicateKey, at: 59))
            ),
            (#"{"resourceType":"Patient","id":"1","x":[{"a":1,"a":2}]}"#, .json(JSONError(.duplicateKey, at: 47))),
            (#"{"resourceType":"Patient","id":"1"}x"#, .json(JSONError(.trailingBytes, at: 35))),
            (#"{"resourceType":"Patient","id":"1""#, .json(JSONError(.unexpectedEnd, at: 34))),
            ("", .json(JSONError(.unexpectedEnd, at: 0))),
            (
                #"{"resourceType":"Patient","id":"1","subject":[{"reference":"Patient/1"}"#,
                .json(JSONError(.unexpectedEnd, at: 71))
            ),
        ] as [(String, ScanError)])
    func refuses(text: String, error: ScanError) {
        #expect(throws: error) { try ResourceScan.scan([UInt8](text.utf8)) }
    }

    @Test(
        "counts levels as the parser does, in the elements it looks at too",
        arguments: ["meta", "subject", "context", "period", "encounter", "x"])
    func limitsDepth(name: String) {
        let allowed = String(repeating: "[", count: 62) + String(repeating: "]", count: 62)
        let head = #"{"resourceType":"Basic","id":"1",""# + name + #"":{"y":"#
        #expect(throws: Never.self) { try ResourceScan.scan([UInt8]((head + allowed + "}}").utf8)) }
        #expect(throws: Never.self) { try JSONParser.parse(head + allowed + "}}") }
        #expect(throws: ScanError.json(JSONError(.tooDeep, at: head.utf8.count + 62))) {
            try ResourceScan.scan([UInt8]((head + "[" + allowed + "]}}").utf8))
        }
        #expect(throws: JSONError(.tooDeep, at: head.utf8.count + 62)) {
            try JSONParser.parse(head + "[" + allowed + "]}}")
        }
    }
}
