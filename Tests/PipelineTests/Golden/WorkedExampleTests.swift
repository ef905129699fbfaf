import FHIR
import Foundation
import PDex
import PDexTesting
import Pipeline
import SampleData
import Testing

/// The worked example's visit, as its clinic has it, goes through the pipeline, and the result is compared with the
/// example's bundle.
@Suite(
    "The worked example's visit",
    .enabled(if: SharedFolder.hasData, "the worked examples are not on this machine"))
struct WorkedExampleTests {
    /// The example's own names of its resources, and what the clinic calls them.
    private static let ids = [
        "Patient": "joe", "Organization": "clinic0", "Practitioner": "prac-1", "Location": "exam-3",
        "Condition": "5512", "Encounter": "8841",
    ]
    private static let urn = "urn:uuid:5a1f0f5e-8f5b-4c0e-9d06-0d5b6d5d"

    @Test("arrives with everything that the example says of it, and with nothing that it does not")
    func resources() async throws {
        let example = try Self.example()
        let sent = try await Self.sent(example)
        for wanted in example where wanted.type != "Provenance" {
            let id = try #require(Self.ids[wanted.type])
            let got = try #require(sent.first { $0.type == wanted.type && Self.clinicID($0) == id })
            // Ids and claimed profiles are compared separately: ours have versions and derived ids.
            #expect(
                Self.plain(got, Self.names(of: sent)) == Self.plain(wanted, Self.names(of: example)), "\(wanted.type)")
            let profile = try #require(wanted["meta"]?["profile"]?[0]?.string)
            #expect(got["meta"]?["profile"]?.elements == [.string(profile + "|6.1.0")])
            let identifiers = got["identifier"]?.elements ?? []
            for identifier in wanted["identifier"]?.elements ?? [] where !Self.isTechnical(identifier) {
                #expect(identifiers.contains(identifier))
            }
        }
    }

    @Test("is told of by whom it was written, from which version, and who transmits it all")
    func provenance() async throws {
        let example = try Self.example()
        let sent = try await Self.sent(example)
        let names = Self.names(of: sent)
        let told = sent.filter { $0.type == "Provenance" }
        let wanted = example.filter { $0.type == "Provenance" }
        // The doctor wrote the diagnosis; nothing says who wrote the visit, so the clinic did.
        let author = try #require(told.first { Self.agents($0, names).contains("author prac-1 for clinic0") })
        #expect(Self.agents(wanted[0], Self.names(of: example)) == ["author prac-1 for clinic0"])
        #expect(Self.targets(author, names) == ["5512"])
        let visit = try #require(
            told.first { Self.targets($0, names).contains("8841") && Self.agents($0, names).contains("author clinic0") }
        )
        let source = try #require(visit["entity"]?.elements.first { $0["what"]?["reference"] != nil })
        let wantedSource = try #require(wanted[0]["entity"]?[0])
        #expect(source["what"] == wantedSource["what"])
        #expect(source["role"] == wantedSource["role"] && source["extension"] == wantedSource["extension"])
        let exchange = try #require(told.first { Self.agents($0, names) == ["transmitter clinic0"] })
        #expect(Self.agents(wanted[1], Self.names(of: example)) == ["transmitter clinic0"])
        #expect(Self.targets(wanted[1], Self.names(of: example)).isSubset(of: Self.targets(exchange, names)))
        for provenance in told {
            #expect(provenance["meta"]?["profile"]?.elements == wanted[0]["meta"]?["profile"]?.elements)
        }
    }

    @Test(
        "goes under the example's consent, and not under one that lacks or adds what the example names",
        arguments: ["as it is", "no end", "proposed", "a purpose", "actors swapped", "ended yesterday"])
    func consent(change: String) async throws {
        let night = try Self.night(try Self.example())
        var consent = try Self.read("02-hrex-consent.json").json
        consent["patient"] = ["reference": "Patient/m-joe"]
        consent["performer"] = [["reference": "Patient/m-joe"]]
        consent["id"] = .string(try #require(try Self.consentID()))
        var provision = try #require(consent["provision"]?.object)
        provision["period"] = ["start": "2026-01-01", "end": "2026-12-31"]
        switch change {
        case "no end": provision["period"] = ["start": "2026-01-01"]
        case "proposed": consent["status"] = "proposed"
        case "a purpose": provision["purpose"] = [["code": "TREAT"]]
        case "actors swapped":
            let actors = provision["actor"]?.elements ?? []
            provision["actor"] = .array(
                zip(actors, actors.reversed()).map { one, other in
                    var actor = one.object ?? JSONObject()
                    actor["reference"] = other["reference"]
                    return .object(actor)
                })
        case "ended yesterday": provision["period"] = ["start": "2026-01-01", "end": "2026-05-31"]
        default: break
        }
        consent["provision"] = .object(provision)
        night.payer.put(try Resource(.object(consent)))
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == (change == "as it is" ? 1 : 0))
        #expect(night.payer.received.isEmpty == (change != "as it is"))
    }

    private static func text(of resource: Resource) -> String {
        String(decoding: JSONValue.object(resource.json).serialized(), as: UTF8.self)
    }

    private static func consentID() throws -> String? {
        try NamedMember.joe.payerRecords(clinicNPI: "1234567893", payerNPI: "1003000126")
            .first { $0.type == "Consent" }?.id
    }

    private static func read(_ file: String) throws -> Resource {
        try SharedFolder.resource("worked-examples/" + file)
    }

    /// The example's resources; its clinic has the NPI of the tests' clinic.
    private static func example() throws -> [Resource] {
        let text = Self.text(of: try read("04-pdex-transaction-bundle.json"))
            .replacing("1679576722", with: "1234567893")
        return try FHIRBundle(JSONParser.parse(Array(text.utf8))).entries.compactMap(\.resource)
    }

    private static func night(_ example: [Resource]) throws -> Night {
        let records = try example.filter { $0.type != "Provenance" }.map { try atTheClinic($0) }
        let night = try Night(
            [.joe.with { $0.gender = "male" }], mappings: usCoreMappings,
            types: ["Patient", "Encounter", "Condition"], validator: GateFiles.sheetsOnly)
        for record in records { night.clinic.put(record) }
        return night
    }

    /// The part that the payer gets.
    private static func sent(_ example: [Resource]) async throws -> [Resource] {
        let night = try night(example)
        #expect(try await night.run().exchanges.acknowledged == 1)
        return try FHIRBundle(JSONParser.parse(try #require(night.payer.received.first))).entries.compactMap(\.resource)
    }

    /// With the clinic's ids and versions, without what only the payer gave, and with the doctor as recorder.
    private static func atTheClinic(_ resource: Resource) throws -> Resource {
        var text = Self.text(of: resource)
        for (place, type) in [
            (1, "Patient"), (2, "Organization"), (3, "Practitioner"), (4, "Location"), (5, "Condition"),
            (6, "Encounter"),
        ] {
            text = text.replacing("\(urn)000\(place)", with: "\(type)/\(ids[type] ?? "")")
        }
        var json = try Resource(parsing: Array(text.utf8)).json
        json["id"] = ids[resource.type].map { .string($0) }
        json["meta"] = ["versionId": "3", "lastUpdated": "2026-01-10T16:40:00Z"]
        json["identifier"] = json["identifier"].map { .array($0.elements.filter { !isTechnical($0) }) }
        if json["identifier"]?.elements.isEmpty == true { json["identifier"] = nil }
        if resource.type == "Patient" {
            json["identifier"] = .array(
                (json["identifier"]?.elements ?? [])
                    + (try NamedMember.joe.clinicRecords()[0]["identifier"]?.elements ?? []))
        }
        if resource.type == "Condition" { json["recorder"] = ["reference": "Practitioner/prac-1"] }
        return try Resource(.object(json))
    }

    /// Identifiers that the example makes from ids, and the payer's.
    private static func isTechnical(_ identifier: JSONValue) -> Bool {
        let system = identifier["system"]?.string ?? ""
        return system.hasPrefix("https://fhir.clinic0.example/r4/") || system.hasSuffix("/umb")
    }

    private static func clinicID(_ resource: Resource) -> String? {
        resource["identifier"]?.elements.first { $0["system"] == "https://clinic0.example/fhir-id" }?["value"]?.string
    }

    /// A resource's name at the clinic, by its name in a bundle.
    private static func names(of resources: [Resource]) -> [String: String] {
        var names: [String: String] = [:]
        for resource in resources {
            if let id = resource.id, let name = clinicID(resource) ?? ids[resource.type] {
                names["\(resource.type)/\(id)"] = name
            }
        }
        for (place, type) in ["Patient", "Organization", "Practitioner", "Location", "Condition", "Encounter"]
            .enumerated()
        {
            names["\(urn)000\(place + 1)"] = ids[type]
        }
        return names
    }

    private static func plain(_ resource: Resource, _ names: [String: String]) -> JSONObject {
        var json = JSONValue.object(resource.json)
        json.rewriteReferences { holder in
            holder["reference"] = holder["reference"]?.string.map { .string(names[$0] ?? $0) }
        }
        var object = json.object ?? JSONObject()
        for key in ["id", "meta", "identifier", "recorder"] { object[key] = nil }
        return JSONObject(sorted: object)
    }

    private static func agents(_ provenance: Resource, _ names: [String: String]) -> [String] {
        (provenance["agent"]?.elements ?? []).map { agent in
            let code = agent["type"]?["coding"]?[0]?["code"]?.string ?? ""
            let who = names[agent["who"]?["reference"]?.string ?? ""] ?? "?"
            let system = agent["type"]?["coding"]?[0]?["system"]?.string ?? ""
            let isRight =
                code == "transmitter"
                ? system.contains("us-core-provenance") : system.hasSuffix("/provenance-participant-type")
            let behalf = (agent["onBehalfOf"]?["reference"]?.string).map { " for " + (names[$0] ?? "?") } ?? ""
            return (isRight ? code : "?") + " " + who + behalf
        }
    }

    private static func targets(_ provenance: Resource, _ names: [String: String]) -> Set<String> {
        Set((provenance["target"]?.elements ?? []).compactMap { names[$0["reference"]?.string ?? ""] })
    }
}

extension JSONObject {
    /// The same members, in the order of their keys.
    fileprivate init(sorted object: JSONObject) {
        self.init()
        for member in object.members.sorted(by: { $0.key < $1.key }) { self[member.key] = member.value }
    }
}
