import FHIR
import FHIRClient
import PDexTesting
import Serving
import Testing

@testable import Sandbox

@Suite("Clinic0's bulk export")
struct ExportTests {
    /// An export driven to its end.
    struct Export {
        let statusURL: String
        let manifest: JSONValue
        let peer: TestPeer
        let token: String

        init(
            _ peer: TestPeer, _ token: String, _ target: String, method: String = "GET", body: JSONValue? = nil
        ) {
            self.peer = peer
            self.token = token
            let start = peer.send(
                method, "/fhir/r4/" + target, token: token, headers: [("Prefer", "respond-async")], body: body)
            statusURL = start.headers["Content-Location"] ?? ""
            manifest = peer.send("GET", Self.path(statusURL), token: token).json ?? .null
        }

        func files(_ list: String = "output") -> [(type: String, lines: [JSONValue])] {
            (manifest[list]?.elements ?? []).map { file in
                let answer = peer.send("GET", Self.path(file["url"]?.string ?? ""), token: token)
                return (file["type"]?.string ?? "", answer.lines)
            }
        }

        var keys: [String] { files().flatMap(\.lines).compactMap(\.key) }

        static func path(_ url: String) -> String {
            "/" + url.split(separator: "/").dropFirst(2).joined(separator: "/")
        }
    }

    let world: TestSandbox
    let token: String

    init() async throws {
        world = try TestSandbox { $0.export.fileSize = 10 }
        token = try await world.clinic.token("system/*.rs")
    }

    @Test(
        "hands out everything once, in files of one type and of the stated length",
        arguments: ["$export", "Patient/$export", "Group/med0-members/$export"])
    func complete(target: String) {
        let export = Export(world.clinic, token, target)

        let counts = world.sandbox.clinicCounts().values.reduce(0, +)
        let stated = (export.manifest["output"]?.elements ?? []).compactMap { $0["count"]?.number?.int }
        #expect(export.keys.count == counts)
        #expect(Set(export.keys).count == counts)
        #expect(stated == export.files().map(\.lines.count))
        #expect(stated.allSatisfy { $0 <= 10 })
        #expect(export.files().allSatisfy { file in file.lines.allSatisfy { $0["resourceType"]?.string == file.type } })
        #expect(export.manifest["requiresAccessToken"] == true)
        #expect(export.manifest["error"] == [])
        #expect(export.manifest["transactionTime"]?.string.flatMap { Instant($0) } == world.clock.now())
        #expect(export.manifest["request"]?.string?.hasSuffix(target) == true)
    }

    @Test("hands out only the types that are asked for", arguments: ["GET", "POST"])
    func types(method: String) {
        let isGET = method == "GET"
        let body: JSONValue = [
            "resourceType": "Parameters",
            "parameter": [
                ["name": "_type", "valueString": "Patient"], ["name": "_type", "valueString": "Encounter"],
            ],
        ]

        let export = Export(
            world.clinic, token, "Group/med0-members/$export" + (isGET ? "?_type=Patient,Encounter" : ""),
            method: method,
            body: isGET ? nil : body)

        #expect(Set(export.files().map(\.type)) == ["Patient", "Encounter"])
    }

    @Test("hands out what changed since the last export, and what was deleted since")
    func since() throws {
        let first = Export(world.clinic, token, "$export")
        let time = first.manifest["transactionTime"]?.string ?? ""
        // The clock stands still: a change in the same millisecond must not be lost.
        try world.sandbox.updateClinic(#require(world.sandbox.clinicResource("Patient", "pat-000003")))
        world.sandbox.deleteAtClinic("Observation", "obs-000001-1-lab")

        let second = Export(world.clinic, token, "Group/med0-members/$export?_since=\(time)")
        let third = Export(world.clinic, token, "$export?_since=\(second.manifest["transactionTime"]?.string ?? "")")

        let deletions = second.files("deleted").flatMap(\.lines)
        #expect(second.keys == ["Patient/pat-000003"])
        #expect(second.files("deleted").map(\.type) == ["Bundle"])
        #expect(deletions[0]["type"] == "transaction")
        #expect(deletions[0]["entry"]?[0]?["request"] == ["method": "DELETE", "url": "Observation/obs-000001-1-lab"])
        #expect(third.keys.isEmpty)
        #expect(third.files("deleted").isEmpty)
        #expect(first.files("deleted").isEmpty)
    }

    @Test("tells of the deletion that happened before the sandbox began")
    func deletedBefore() {
        let export = Export(world.clinic, token, "$export?_since=2026-02-01T00:00:00Z&_type=Observation")

        let urls = export.files("deleted").flatMap(\.lines).compactMap { $0["entry"]?[0]?["request"]?["url"]?.string }
        #expect(urls == ["Observation/obs-000011-deleted"])
    }

    @Test("of a group leaves out who is not in it, and keeps what is shared")
    func group() throws {
        try world.sandbox.updateClinic(
            Resource([
                "resourceType": "Group", "id": "two", "type": "person", "actual": true,
                "member": [
                    ["entity": ["reference": "Patient/pat-000001"]],
                    ["entity": ["reference": "Patient/pat-000002"], "inactive": true],
                ],
            ]))

        let export = Export(world.clinic, token, "Group/two/$export?_type=Patient,Encounter,Practitioner,Provenance")

        let keys = export.keys
        #expect(keys.filter { $0.hasPrefix("Patient/") } == ["Patient/pat-000001"])
        #expect(keys.filter { $0.hasPrefix("Encounter/") }.allSatisfy { $0.contains("000001") })
        #expect(keys.filter { $0.hasPrefix("Provenance/") }.allSatisfy { $0.contains("000001") })
        #expect(keys.filter { $0.hasPrefix("Practitioner/") }.count == 8)
    }

    @Test("does not move when the clinic works on")
    func frozen() throws {
        let export = Export(world.clinic, token, "Patient/$export?_type=Patient")
        world.sandbox.deleteAtClinic("Patient", "pat-000001")

        #expect(export.keys.count == 14)
    }

    @Test("says that it is running for as long as it is told to")
    func polls() async throws {
        let world = try TestSandbox {
            $0.members = 1
            $0.export.polls = 2
        }
        let token = try await world.clinic.token("system/*.rs")
        let start = world.clinic.send("GET", "/fhir/r4/$export", token: token, headers: [("Prefer", "respond-async")])
        let path = Export.path(start.headers["Content-Location"] ?? "")

        let answers = (1...3).map { _ in world.clinic.send("GET", path, token: token) }

        #expect(start.status == 202)
        #expect(answers.map(\.status) == [202, 202, 200])
        #expect(answers[0].headers["Retry-After"] == "1")
        #expect(answers[0].headers["X-Progress"] != nil)
    }

    @Test("is gone after it was cleaned up")
    func cleanUp() {
        let export = Export(world.clinic, token, "$export")
        let path = Export.path(export.statusURL)

        #expect(world.clinic.send("DELETE", path, token: token).status == 202)
        #expect(world.clinic.send("GET", path, token: token).status == 404)
        #expect(world.clinic.send("GET", path + "/0", token: token).status == 404)
    }

    @Test(
        "refuses a kick-off that it would have to guess about",
        arguments: [
            ("$export?_elements=id", "respond-async", 400), ("$export?_typeFilter=Patient", "respond-async", 400),
            ("$export?_typeFilter=Patient%3Fshoe-size%3D1", "respond-async", 400),
            ("$export?patient=Patient/pat-000001", "respond-async", 400),
            ("$export?includeAssociatedData=Custom", "respond-async", 400),
            ("$export?_until=yesterday", "respond-async", 400), ("$export?_since=2026-01-01", "respond-async", 400),
            ("$export?_outputFormat=text/csv", "respond-async", 400), ("$export", "return=minimal", 400),
            ("Group/nobody/$export", "respond-async", 404),
            ("$export?_elements=id", "respond-async, handling=lenient", 202),
            ("$export?_outputFormat=ndjson", "respond-async", 202),
        ])
    func refuses(target: String, prefer: String, status: Int) {
        let answer = world.clinic.send("GET", "/fhir/r4/" + target, token: token, headers: [("Prefer", prefer)])

        #expect(answer.status == status)
    }

    @Test("hands out of a type only what one of its filters finds, and all of the others")
    func typeFilters() {
        let filter =
            "_typeFilter=Observation%3Fcategory%3Dlaboratory&_typeFilter=Observation%3F_id%3Dobs-000002-1-vital"

        let export = Export(world.clinic, token, "$export?_type=Observation,Condition&\(filter)")

        let whole = Export(world.clinic, token, "$export?_type=Observation,Condition")
        let expected = whole.files().flatMap(\.lines).filter { line in
            let category = line["category"]?[0]?["coding"]?[0]?["code"]?.string
            return line["resourceType"] == "Condition" || category == "laboratory" || line["id"] == "obs-000002-1-vital"
        }
        #expect(export.keys == expected.compactMap(\.key))
        #expect(export.keys.count < whole.keys.count)
    }

    @Test("hands out what changed until an instant, and the next one what changed from then on")
    func until() throws {
        let time = world.clock.now().text
        world.clock.advance(seconds: 60)
        try world.sandbox.updateClinic(#require(world.sandbox.clinicResource("Patient", "pat-000003")))

        let before = Export(world.clinic, token, "$export?_type=Patient&_until=\(time)")
        let after = Export(world.clinic, token, "$export?_type=Patient&_since=\(time)")

        #expect(before.keys.count == 13)
        #expect(after.keys == ["Patient/pat-000003"])
    }

    @Test("of some patients alone is ordered by POST, also within a Group")
    func patients() {
        let body: JSONValue = [
            "resourceType": "Parameters",
            "parameter": [
                ["name": "_type", "valueString": "Patient"],
                ["name": "patient", "valueReference": ["reference": "Patient/pat-000002"]],
            ],
        ]

        let some = Export(world.clinic, token, "Patient/$export", method: "POST", body: body)
        let inGroup = Export(world.clinic, token, "Group/med0-members/$export", method: "POST", body: body)

        #expect(some.keys == ["Patient/pat-000002"])
        #expect(inGroup.keys == ["Patient/pat-000002"])
    }

    @Test("brings the Provenance of what it hands out when that is asked for")
    func associatedData() {
        let wish = "Patient/$export?_type=Observation&includeAssociatedData=LatestProvenanceResources"

        let export = Export(world.clinic, token, wish)

        let keys = Set(export.keys)
        let provenance = export.files().filter { $0.type == "Provenance" }.flatMap(\.lines)
        #expect(!provenance.isEmpty)
        #expect(
            provenance.allSatisfy { line in
                (line["target"]?.elements ?? []).contains { keys.contains($0["reference"]?.string ?? "") }
            })
    }

    @Test("may come with a manifest of several pages")
    func pages() async throws {
        let world = try TestSandbox {
            $0.export.fileSize = 10
            $0.export.filesAPage = 3
        }
        let token = try await world.clinic.token("system/*.rs")
        var page = Export(world.clinic, token, "$export").manifest

        var urls: [String] = []
        var pages = 1
        while true {
            urls += (page["output"]?.elements ?? []).compactMap { $0["url"]?.string }
            guard let next = page["link"]?[0]?["url"]?.string else { break }
            page = world.clinic.send("GET", Export.path(next), token: token).json ?? .null
            pages += 1
        }

        let lines = urls.flatMap { world.clinic.send("GET", Export.path($0), token: token).lines }
        #expect(pages > 3)
        #expect(Set(lines.compactMap(\.key)).count == world.sandbox.clinicCounts().values.reduce(0, +))
    }

    @Test("may hand out its files without a token, and then refuses one")
    func openFiles() async throws {
        let world = try TestSandbox { $0.export.filesAreOpen = true }
        let token = try await world.clinic.token("system/*.rs")
        let export = Export(world.clinic, token, "$export?_type=Patient")
        let path = Export.path(export.statusURL) + "/0"

        #expect(export.manifest["requiresAccessToken"] == false)
        #expect(world.clinic.send("GET", path, token: "").lines.count == 14)
        #expect(world.clinic.send("GET", path, token: token).status == 400)
    }

    @Test("is not offered by a clinic that has none")
    func notOffered() async throws {
        let world = try TestSandbox { $0.export.isOffered = false }
        let token = try await world.clinic.token("system/*.rs")

        let start = world.clinic.send("GET", "/fhir/r4/$export", token: token, headers: [("Prefer", "respond-async")])

        let metadata = world.clinic.send("GET", "/fhir/r4/metadata", token: "").json
        #expect(start.status >= 400)
        #expect(metadata?["rest"]?[0]?["operation"] == nil)
    }

    @Test("reaches as far as the token does, at the kick-off, the status and the files")
    func scopes() async throws {
        let narrow = try await world.clinic.token("system/Patient.rs")
        let refused = world.clinic.send(
            "GET", "/fhir/r4/$export?_type=Patient,Encounter", token: narrow, headers: [("Prefer", "respond-async")])
        let whole = Export(world.clinic, token, "$export")

        let mine = Export(world.clinic, narrow, "$export")

        #expect(refused.status == 403)
        #expect(Set(mine.files().map(\.type)) == ["Patient"])
        #expect(world.clinic.send("GET", Export.path(whole.statusURL), token: narrow).status == 403)
        #expect(world.clinic.send("GET", Export.path(whole.statusURL) + "/0", token: narrow).status == 403)
        #expect(world.clinic.send("GET", Export.path(whole.statusURL) + "/0", token: "").status == 401)
    }
}
