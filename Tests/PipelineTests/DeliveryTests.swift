import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

@Suite("What reaches the payer")
struct DeliveryTests {
    @Test("a permitted member's visit arrives whole, and every reference leads to something that arrived")
    func arrivesWhole() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        let report = try await night.run()
        #expect(report.state == .complete)
        #expect(report.exchanges.acknowledged == 1)
        let held = night.payer.held
        let types = Set(held.values.map(\.type))
        #expect(
            types == ["Patient", "Encounter", "Condition", "Observation", "Practitioner", "Organization", "Provenance"])
        var dangling: [String] = []
        for resource in held.values {
            resource.forEachReferenceWithin { if held[$0] == nil { dangling.append($0) } }
        }
        #expect(dangling.isEmpty)
    }

    @Test("numbers arrive as the clinic wrote them")
    func numbersAsWritten() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run()
        let observation = night.payer.held.values.first { $0.type == "Observation" }
        #expect(observation?["valueQuantity"]?["value"]?.number?.text == "7.20")
    }

    @Test("the clinic's id travels as an identifier, and is not the payer's id")
    func sourceIdentifier() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run()
        let encounter = night.payer.held.values.first { $0.type == "Encounter" }
        #expect(encounter?.id != "joe-visit")
        let expected: JSONValue = ["system": "https://clinic0.example/fhir-id", "value": "joe-visit"]
        #expect(encounter?["identifier"]?.elements.contains(expected) == true)
    }

    @Test("the Provenance of an exchange names every resource, its author and one transmitter, and the source format")
    func provenance() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, provenance: ProvenancePolicy(detail: .exchange))
        _ = try await night.run()
        let held = night.payer.held
        let provenance = try #require(held.values.first { $0.type == "Provenance" })
        let targets = Set((provenance["target"]?.elements ?? []).compactMap { $0["reference"]?.string })
        #expect(targets == Set(held.keys.filter { !$0.hasPrefix("Provenance/") }))
        let codes = (provenance["agent"]?.elements ?? []).compactMap { $0["type"]?["coding"]?[0]?["code"]?.string }
        #expect(codes == ["author", "transmitter"])
        let format = provenance["entity"]?[0]?["extension"]?[0]?["valueCodeableConcept"]?["coding"]?[0]?["code"]
        #expect(format == "hl7fhirr4")
    }

    @Test("a clinic that serves its own Organization sends it, and no second one, with every part")
    func oneOrganization() async throws {
        let own: JSONValue = [
            "resourceType": "Organization", "id": "clinic", "active": true, "name": "Clinic0",
            "identifier": [["system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"]],
        ]
        let night = try Night([.joe], mappings: usCoreMappings, also: [try Resource(own)], maxEntries: 8)
        let report = try await night.run()
        #expect(report.submitted.bundles == 2)
        let organizations = night.payer.held.filter { $0.value.type == "Organization" }
        #expect(organizations.count == 1)
        for bytes in night.payer.received {
            let bundle = try FHIRBundle(JSONParser.parse(bytes))
            let provenance = bundle.entries.compactMap(\.resource).filter { $0.type == "Provenance" }
            let agents = provenance.flatMap { $0["agent"]?.elements ?? [] }
            let who = Set(agents.compactMap { $0["who"]?["reference"]?.string })
            let urls = Set(bundle.entries.compactMap { $0.request?.url })
            #expect(who == Set(organizations.keys))
            #expect(who.isSubset(of: urls))
        }
    }

    @Test("the second run sends nothing and says unchanged")
    func secondRun() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let sent = night.payer.received.count
        night.clock.advance(seconds: 86_400)
        let report = try await night.run("night-2")
        #expect(night.payer.received.count == sent)
        #expect(report.exchanges.unchanged == 2)
        #expect(report.submitted.bundles == 0)
        #expect(report.state == .complete)
    }

    @Test("one changed Observation is one exchange sent again, with that change")
    func changedObservation() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await night.run("night-1")
        let sent = night.payer.received.count
        night.clock.advance(seconds: 86_400)
        night.clinic.put(try Resource(NamedMember.joe.observation(value: "9.99")))
        let report = try await night.run("night-2")
        #expect(night.payer.received.count == sent + 1)
        #expect(report.exchanges.acknowledged == 1)
        #expect(report.exchanges.unchanged == 1)
        let values = night.payer.held.values.compactMap { $0["valueQuantity"]?["value"]?.number?.text }
        #expect(values.sorted() == ["7.20", "9.99"])
    }

    @Test("the same input, mapping and configuration give the same bytes")
    func deterministic() async throws {
        let first = try Night([.joe, .ada], mappings: usCoreMappings)
        let second = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await first.run()
        _ = try await second.run()
        #expect(
            first.payer.received.map { String(decoding: $0, as: UTF8.self) }.sorted()
                == second.payer.received.map { String(decoding: $0, as: UTF8.self) }.sorted())
        #expect(first.payer.received.count == 2)
    }

    @Test("a search, patient by patient, sends the same resources as an export")
    func searchEqualsExport() async throws {
        let export = try Night([.joe, .ada], mappings: usCoreMappings)
        let search = try Night([.joe, .ada], mappings: usCoreMappings)
        search.clinic.rewrite { $0.offersExport = false }
        _ = try await export.run()
        _ = try await search.run()
        #expect(search.clinic.requests.contains("search Encounter"))
        #expect(export.payer.held.keys.sorted() == search.payer.held.keys.sorted())
    }

    @Test("a limit on entries splits at whole graphs: each part holds everything it refers to")
    func splits() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, maxEntries: 8)
        let report = try await night.run()
        #expect(report.submitted.bundles == 2)
        for bytes in night.payer.received {
            let bundle = try FHIRBundle(JSONParser.parse(bytes))
            let urls = bundle.entries.compactMap { $0.request?.url }
            #expect(Set(urls).count == urls.count)
            #expect(urls.count <= 8)
            var dangling: [String] = []
            for entry in bundle.entries {
                entry.resource?.forEachReferenceWithin { if !urls.contains($0) { dangling.append($0) } }
            }
            #expect(dangling.isEmpty)
        }
    }

    @Test("a graph that no bundle can hold parks the exchange and sends nothing")
    func tooLarge() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, maxEntries: 4)
        let report = try await night.run()
        #expect(report.exchanges.parked == [.bundleTooLarge: 1])
        #expect(night.payer.received.count == 0)
    }

    @Test("a dry run tells what would be sent, sends nothing and makes no exchange")
    func dryRun() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        let report = try await night.run(dryRun: true)
        #expect(report.submitted.bundles == 1)
        #expect(night.payer.received.count == 0)
        let made = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 10) }
        #expect(made.isEmpty)
    }

    @Test(
        "each entry puts its resource under the id that it has, once and unconditionally, and is referred to by that address",
        arguments: [8, 200])
    func putsByID(maxEntries: Int) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, maxEntries: maxEntries)
        _ = try await night.run()
        #expect(!night.payer.received.isEmpty)
        for bytes in night.payer.received {
            let entries = try JSONParser.parse(bytes)["entry"]?.elements ?? []
            let resources = try entries.compactMap { $0["resource"] }.map { try Resource($0) }
            let places = resources.map { "\($0.type)/\($0.id ?? "")" }
            var references: Set<String> = []
            for resource in resources { resource.forEachReferenceWithin { references.insert($0) } }
            #expect(entries.compactMap { $0["request"] } == places.map { ["method": "PUT", "url": .string($0)] })
            #expect(entries.compactMap { $0["fullUrl"]?.string } == places.map { "https://fhir.med0.example/r4/" + $0 })
            #expect(Set(places).count == entries.count)
            #expect(references.subtracting(places) == [])
        }
    }

    @Test("a bundle is a transaction that claims no profile and holds no document (PB-01)")
    func claimsNothing() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        _ = try await night.run()
        let bundle = try JSONParser.parse(try #require(night.payer.received.first))
        #expect(bundle.object?.keys == ["resourceType", "type", "timestamp", "entry"])
        #expect(bundle["type"] == "transaction")
        #expect(!night.payer.held.values.contains { $0.type == "Composition" })
    }
}
