import FHIR
import FHIRClient
import PDexTesting
import Serving
import Testing

@testable import Sandbox

@Suite("Clinic0's searches")
struct ClinicSearchTests {
    let world: TestSandbox
    let token: String

    init() async throws {
        world = try TestSandbox()
        token = try await world.clinic.token("system/*.rs")
    }

    private func keys(_ target: String) -> [String] {
        world.clinic.matches("/fhir/r4/" + target, token: token)
    }

    @Test("give every resource once, whatever the page size", arguments: [1, 3, 7, 100])
    func complete(count: Int) {
        let pages = world.clinic.pages("/fhir/r4/Encounter?_count=\(count)", token: token)

        let found = keys("Encounter?_count=\(count)")
        #expect(Set(found).count == found.count)
        #expect(found.count == world.sandbox.clinicCounts()["Encounter"])
        #expect(pages.dropLast().allSatisfy { $0["entry"]?.elements.count == count })
    }

    @Test("neither lose nor repeat anything when the clinic works on between two pages")
    func stable() throws {
        let first = world.clinic.pages("/fhir/r4/Encounter?_count=5", token: token)
        let expected = first.flatMap { $0["entry"]?.elements ?? [] }.compactMap { $0["resource"]?.key }
        let next = first[0]["link"]?.elements.first { $0["relation"]?.string == "next" }?["url"]?.string ?? ""

        let seen = try #require(world.sandbox.clinicResource("Encounter", String(expected[1].dropFirst(10))))
        try world.sandbox.updateClinic(seen)
        let rest = world.clinic.matches(String(next.dropFirst(world.clinic.endpoint.origin.text.count)), token: token)

        #expect(expected.prefix(5) + rest == expected[...])
    }

    @Test("hand out the stored bytes")
    func bytes() throws {
        let answer = world.clinic.send("GET", "/fhir/r4/Patient/pat-000001", token: token)

        #expect(answer.json?["name"]?[0]?["family"] == "Smith")
        #expect(answer.json?["birthDate"] == "1979-04-02")
        #expect(answer.headers["ETag"] == #"W/"1""#)
    }

    @Test("find by patient, in each form of the reference", arguments: ["pat-000001", "Patient/pat-000001"])
    func byPatient(value: String) {
        let found = keys("Encounter?patient=\(value)")

        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.hasPrefix("Encounter/enc-000001-") })
        #expect(keys("Encounter?subject=Patient/pat-000001") == found)
        #expect(keys("Observation?subject=\(value)&encounter=enc-000001-1").count == 5)
        #expect(keys("Provenance?patient=\(value)").count == found.count)
    }

    @Test("find by when the server changed a resource")
    func byLastUpdated() throws {
        let before = world.clock.now()
        world.clock.advance(seconds: 60)
        try world.sandbox.updateClinic(#require(world.sandbox.clinicResource("Patient", "pat-000002")))

        #expect(keys("Patient?_lastUpdated=gt\(before.text)") == ["Patient/pat-000002"])
        #expect(keys("Patient?_lastUpdated=ge\(world.clock.now().text)") == ["Patient/pat-000002"])
        #expect(keys("Patient?_lastUpdated=le\(before.text)").count == 13)
        #expect(keys("Patient?_lastUpdated=lt\(world.clock.now().text)").count == 13)
        #expect(world.sandbox.clinicResource("Patient", "pat-000002")?.versionID == "2")
    }

    @Test("find by the date of care")
    func byDate() {
        let all = keys("Encounter?patient=pat-000001")
        let recent = keys("Encounter?patient=pat-000001&date=ge2026-02-01")
        let older = keys("Encounter?patient=pat-000001&date=lt2026-02-01")

        #expect(recent == ["Encounter/enc-000001-1"])
        #expect(Set(recent + older) == Set(all))
    }

    @Test(
        "find by identifier and by code",
        arguments: [
            ("Patient?identifier=https://med0.example/fhir/member-id|M0-000001-01", ["Patient/pat-000001"]),
            ("Patient?identifier=M0-000001-01", ["Patient/pat-000001"]),
            ("Patient?identifier=https://other|M0-000001-01", []),
            ("Patient?_id=pat-000003,pat-000001", ["Patient/pat-000001", "Patient/pat-000003"]),
            ("Observation?patient=pat-000012&status=entered-in-error", ["Observation/obs-000012-1-lab"]),
            ("Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|nobody", []),
        ])
    func byToken(target: String, expected: [String]) {
        #expect(keys(target) == expected)
    }

    @Test("include what matches refer to and what refers to them, each once")
    func includes() {
        let target =
            "Encounter?patient=pat-000001&_include=Encounter:location&_include=Encounter:practitioner"
            + "&_include=Encounter:patient&_revinclude=Provenance:target"
        let page = world.clinic.pages("/fhir/r4/" + target, token: token)[0]

        let included = (page["entry"]?.elements ?? []).filter { $0["search"]?["mode"] == "include" }
        let types = included.compactMap { $0["resource"]?["resourceType"]?.string }
        let visits = keys(target).count
        #expect(Set(types) == ["Location", "Practitioner", "Patient", "Provenance"])
        #expect(types.filter { $0 == "Patient" }.count == 1)
        #expect(types.filter { $0 == "Provenance" }.count == visits)
        #expect(Set(included.compactMap { $0["resource"]?.key }).count == included.count)
        #expect(page["total"]?.number?.int == visits)
    }

    @Test("include nothing that the token does not reach")
    func includesPermitted() async throws {
        let narrow = try await world.clinic.token("system/Encounter.rs system/Location.rs")

        let page = world.clinic.pages(
            "/fhir/r4/Encounter?patient=pat-000001&_include=Encounter:location&_include=Encounter:patient",
            token: narrow)[0]

        let types = Set((page["entry"]?.elements ?? []).compactMap { $0["resource"]?["resourceType"]?.string })
        #expect(types == ["Encounter", "Location"])
    }

    @Test("leave out an unknown parameter and say so, or refuse it when asked to be strict")
    func unknown() {
        let lenient = world.clinic.send("GET", "/fhir/r4/Patient?color=blue&_count=2", token: token)
        let strict = world.clinic.send(
            "GET", "/fhir/r4/Patient?color=blue", token: token, headers: [("Prefer", "handling=strict")])

        #expect(lenient.status == 200)
        #expect(lenient.json?["link"]?[0]?["url"]?.string == "\(world.clinic.base)/Patient?_count=2")
        #expect(strict.status == 400)
        #expect(strict.issue == "not-supported")
    }

    @Test(
        "refuse a value that cannot be read",
        arguments: ["_lastUpdated=ge2026", "_lastUpdated=yesterday", "_count=0", "date=xx2026"])
    func unreadable(query: String) {
        let isReadable = query == "_lastUpdated=ge2026"

        let answer = world.clinic.send("GET", "/fhir/r4/Encounter?\(query)", token: token)

        #expect(answer.status == (isReadable ? 200 : 400))
    }

    @Test("work by POST, so that who is searched for stays out of URLs")
    func post() {
        let answer = world.clinic.send(
            "POST", "/fhir/r4/Patient/_search", token: token,
            headers: [("Content-Type", "application/x-www-form-urlencoded")], bytes: Array("_id=pat-000004".utf8))

        #expect(answer.json?["entry"]?.elements.compactMap { $0["resource"]?.key } == ["Patient/pat-000004"])
    }

    @Test("know the difference between never, gone and here")
    func gone() {
        world.sandbox.deleteAtClinic("Patient", "pat-000004")

        #expect(world.clinic.send("GET", "/fhir/r4/Patient/pat-000004", token: token).status == 410)
        #expect(world.clinic.send("GET", "/fhir/r4/Observation/obs-000011-deleted", token: token).status == 410)
        #expect(world.clinic.send("GET", "/fhir/r4/Patient/nobody", token: token).status == 404)
        #expect(world.clinic.send("GET", "/fhir/r4/Patient/pat-000005", token: token).status == 200)
        #expect(world.clinic.send("DELETE", "/fhir/r4/Patient/pat-000005", token: token).status == 405)
        #expect(world.clinic.send("GET", "/elsewhere", token: token).status == 404)
    }

    @Test("of everything about a patient page through the compartment", arguments: [2, 500])
    func everything(count: Int) {
        let target = "/fhir/r4/Patient/pat-000001/$everything?_count=\(count)"
        let pages = world.clinic.pages(target, token: token)

        let matches = world.clinic.matches(target, token: token)
        let all = Set(
            pages.flatMap { $0["entry"]?.elements ?? [] }.compactMap { $0["resource"]?["resourceType"]?.string })
        #expect(Set(matches).count == matches.count)
        #expect(matches.contains("Patient/pat-000001"))
        #expect(matches.filter { $0.hasPrefix("Encounter/") } == keys("Encounter?patient=pat-000001"))
        #expect(all.isSuperset(of: ["Practitioner", "Location", "Organization", "Provenance"]))
    }

    @Test("of everything about a patient can be narrowed")
    func everythingNarrowed() {
        let base = "/fhir/r4/Patient/pat-000001/$everything"
        let typed = world.clinic.matches(base + "?_type=Encounter,Condition", token: token)
        let recent = world.clinic.matches(base + "?_type=Encounter&start=2026-02-01", token: token)
        let changed = world.clinic.matches(base + "?_since=2026-03-02T09:00:00Z", token: token)

        #expect(Set(typed.map { $0.split(separator: "/")[0] }) == ["Encounter", "Condition"])
        #expect(recent == ["Encounter/enc-000001-1"])
        #expect(changed.isEmpty)
        #expect(world.clinic.send("GET", "/fhir/r4/Patient/nobody/$everything", token: token).status == 404)
    }

    @Test("are listed in the capability statement")
    func metadata() {
        let json = world.clinic.endpoint.answer(ServedRequest("GET", "/fhir/r4/metadata")).json

        let rest = json?["rest"]?[0]
        let encounter = rest?["resource"]?.elements.first { $0["type"] == "Encounter" }
        let patient = rest?["resource"]?.elements.first { $0["type"] == "Patient" }
        let parameters = (encounter?["searchParam"]?.elements ?? []).compactMap { $0["name"]?.string }
        #expect(json?["fhirVersion"] == "4.0.1")
        #expect(Set(parameters).isSuperset(of: ["_id", "_lastUpdated", "patient", "date", "identifier"]))
        #expect(encounter?["searchRevInclude"] == ["Provenance:target"])
        #expect(encounter?["searchInclude"]?.elements.contains("Encounter:location") == true)
        #expect(patient?["operation"]?.elements.compactMap { $0["name"]?.string } == ["everything", "export"])
        #expect(rest?["operation"]?[0]?["name"] == "export")
        #expect(rest?["interaction"] == nil)
    }
}
