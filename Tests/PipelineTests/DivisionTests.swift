import FHIR
import PDex
import PDexTesting
import SampleData
import Testing

@testable import Pipeline

/// Bundles that a payer finds too large (WR-15, WR-17, reliability M6, H8).
@Suite("A bundle that is too large is divided")
struct DivisionTests {
    /// How payers say it.
    static let words: [(status: Int, words: JSONValue)] = [
        (413, ["resourceType": "OperationOutcome"]), (413, ["anything": true]),
        (422, issue("too-costly")), (400, issue("too-long")), (422, issue("too-long", at: "Bundle.entry")),
    ]

    @Test("what the payer refuses as too large arrives in parts, in the same run", arguments: words)
    func divides(status: Int, words: JSONValue) async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings)
        night.payer.most = ScriptedPayer.Limit(entries: 8, status: status, words: words)
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 2 && report.state == .complete && report.balanced)
        let whole = try Night([.joe, .ada], mappings: usCoreMappings)
        _ = try await whole.run()
        #expect(Self.clinical(night.payer) == Self.clinical(whole.payer))
        #expect(Self.copies(night.payer).values.allSatisfy { $0 == 1 })
    }

    @Test("each part is complete in itself, and its Provenance names what is in it and nothing else")
    func isComplete() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.most = ScriptedPayer.Limit(entries: 8)
        _ = try await night.run()
        for bytes in night.payer.received.dropFirst() {
            let bundle = try FHIRBundle(JSONParser.parse(bytes))
            let urls = Set(bundle.entries.compactMap { $0.request?.url })
            #expect(urls.count == bundle.entries.count)
            var dangling: [String] = []
            for entry in bundle.entries {
                entry.resource?.forEachReferenceWithin { if !urls.contains($0) { dangling.append($0) } }
            }
            #expect(dangling.isEmpty)
            let resources = urls.filter { !$0.hasPrefix("Provenance/") }
            let provenance = bundle.entries.compactMap(\.resource).filter { $0.type == "Provenance" }
            let exchange = try #require(provenance.last)
            #expect(Set(Self.targets(exchange)) == resources)
            // Each origin is stated once, with the sources in the order of their targets.
            let origins = provenance.dropLast()
            #expect(
                origins.flatMap(Self.targets).sorted() == resources.filter { !$0.hasPrefix("Organization/") }.sorted())
            for origin in origins {
                let formats = (origin["entity"]?.elements ?? []).map { $0["extension"] != nil }
                #expect(formats == formats.indices.map { $0 == 0 })
                let sources = (origin["entity"]?.elements ?? []).compactMap { $0["what"]?["reference"]?.string }
                let types = sources.compactMap { $0.split(separator: "/").dropLast().last }
                #expect(types == Self.targets(origin).map { $0.prefix { $0 != "/" } })
            }
        }
    }

    @Test("the same bundle is divided into the same parts, under the same ids")
    func isDeterministic() async throws {
        let nights = try [
            Night([.joe, .ada], mappings: usCoreMappings), Night([.joe, .ada], mappings: usCoreMappings),
        ]
        for night in nights {
            night.payer.most = ScriptedPayer.Limit(entries: 8)
            _ = try await night.run()
        }
        #expect(Set(nights[0].payer.received) == Set(nights[1].payer.received))
        #expect(nights[0].payer.received.count > 4)
    }

    @Test("one graph that is too large parks, and the fault names its size")
    func isIndivisible() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.most = ScriptedPayer.Limit(bytes: 1000)
        let report = try await night.run()
        #expect(report.exchanges.parked == [.payerTooLarge: 1])
        let parked = try await Self.exchange(night)
        let detail = try #require(parked.detail)
        #expect(detail.contains(#/\d+ entries, \d{4,} bytes/#))
        let states = try await night.store.read { try $0.submissions(ofExchange: parked.id).map(\.state) }
        #expect(states.count > 1 && states.allSatisfy { $0 == .parked })
    }

    @Test(
        "a code for something in the bundle that is too long is a refusal of its content",
        arguments: [issue("too-long", at: "Patient.name"), issue("invalid"), issue("too-costly", severity: "warning")])
    func isContent(words: JSONValue) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.say(422, words))
        let report = try await night.run()
        #expect(report.exchanges.parked == [.payerRefused: 1])
        #expect(night.payer.received.count == 1)
    }

    @Test("a bundle that something newer of the member waits behind is not divided: the newer brings everything")
    func isSuperseded() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, concurrency: 1)
        night.payer.most = ScriptedPayer.Limit(entries: 8)
        night.payer.whileAnswering {
            night.payer.most = nil
            try await night.makeNewer()
            night.payer.most = ScriptedPayer.Limit(entries: 8)
        }
        _ = try await night.run()
        let old = try await night.store.read {
            try $0.exchanges(matching: ExchangeFilter(states: [.cancelled]), limit: 9)
        }
        #expect(old.map(\.reason) == [.superseded])
        let found = try #require(old.first)
        let parts = try await night.store.read { try $0.submissions(ofExchange: found.id) }
        #expect(parts.map(\.state) == [.cancelled])
    }

    @Test("what a payer was found to take holds for the rest of the run, for parts and not for single graphs")
    func isLearned() throws {
        let limits = SizeLimits()
        limits.refused(entries: 200, bytes: 4_000_000, under: Self.most)
        limits.refused(entries: 200, bytes: 4_500_000, under: Self.most)
        #expect(limits.known?.entries == 100 && limits.known?.bytes == 2_000_000)
        limits.forget()
        #expect(limits.known == nil)
    }

    @Test("a few large entries do not make bundles of few entries, nor many small ones bundles of few bytes")
    func isLearnedOfWhatWasTooMuch() {
        let (large, many) = (SizeLimits(), SizeLimits())
        large.refused(entries: 4, bytes: 3_000_000, under: Self.most)
        many.refused(entries: 190, bytes: 90_000, under: Self.most)
        #expect(large.known?.entries == 200 && large.known?.bytes == 1_500_000)
        #expect(many.known?.entries == 95 && many.known?.bytes == 5_000_000)
    }

    @Test("however often it is refused, what is learned has a floor, and never allows more than the job")
    func hasFloor() {
        var numbers = SeededNumbers(seed: 17)
        for _ in 0..<200 {
            let most = (
                entries: Int.random(in: 1...300, using: &numbers), bytes: Int.random(in: 1...9_000_000, using: &numbers)
            )
            let limits = SizeLimits()
            for _ in 0..<30 {
                limits.refused(
                    entries: Int.random(in: 1...most.entries, using: &numbers),
                    bytes: Int.random(in: 1...most.bytes, using: &numbers), under: most)
            }
            let known = limits.known ?? (0, 0)
            #expect(known.entries >= min(6, most.entries) && known.entries <= most.entries)
            #expect(known.bytes >= min(65_536, most.bytes) && known.bytes <= most.bytes)
        }
    }

    @Test("a bundle that cannot be divided teaches nothing of the payer")
    func teachesNothing() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, maxEntries: 12)
        night.payer.most = ScriptedPayer.Limit(bytes: 1000)
        night.payer.beforeBeginning { [limits = night.pipeline.limits] in limits.forget() }
        _ = try await night.run()
        #expect(night.pipeline.limits.known == nil)
    }

    @Test("dividing spends no attempts")
    func spendsNothing() async throws {
        let night = try Night([.joe, .ada], mappings: usCoreMappings, attempts: 1)
        night.payer.most = ScriptedPayer.Limit(entries: 8)
        let report = try await night.run()
        #expect(report.exchanges.acknowledged == 2)
        let id = try await Self.exchange(night).id
        let submissions = try await night.store.read { try $0.submissions(ofExchange: id) }
        #expect(submissions.allSatisfy { $0.attempts == 1 } && submissions.contains { $0.epoch > 1 })
    }

    @Test("what a process that ended may have brought after a division is looked for before it is sent again")
    func isLookedFor() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, attempts: 3)
        night.payer.reply(.refuse(413), .fail(Fault(.authTokenRefused, .halt, "a test")))
        await #expect(throws: Fault.self) { _ = try await night.run() }
        let (route, now) = (night.pipeline.terms.route, night.clock.now())
        let claims = try await night.store.write {
            try $0.lease(route, limit: 1, owner: "gone", now: now, expiry: now.adding(milliseconds: 60_000))
        }
        try #require(claims.map(\.submission.attempts) == [1])
        night.payer.openness = .searched

        _ = try await night.pipeline.outbox.receipts.rescue { _ in true }
        _ = try await night.pipeline.deliver()

        #expect(night.payer.lookedAt > 0)
        #expect(try await Self.exchange(night).state == .acknowledged)
    }

    private static let most = (entries: 200, bytes: 5_000_000)

    @Test("any bundle is divided into parts that hold all of it, each with what it refers to, down to single graphs")
    func property() throws {
        let divider = BundleDivider(
            identities: Identities(secret: Array("a secret of the tests, 32 bytes!".utf8), digests: .standIn))
        var numbers = SeededNumbers(seed: 41)
        for _ in 0..<300 {
            let bundle = Self.randomBundle(&numbers)
            var open = [bundle]
            var leaves: [[UInt8]] = []
            var rounds = 0
            while let next = open.popLast() {
                rounds += 1
                try #require(rounds < 200)
                guard let parts = divider.parts(of: next) else {
                    leaves.append(next)
                    continue
                }
                #expect(parts.count > 1)
                #expect(parts.map(\.bytes) == divider.parts(of: next)?.map(\.bytes))
                let count = try Self.urls(next).count
                try #require(parts.allSatisfy { $0.entries < count })
                open += parts.map(\.bytes)
            }
            let whole = try Self.urls(bundle)
            var all: Set<String> = []
            for leaf in leaves {
                let urls = try Self.urls(leaf)
                all.formUnion(urls.filter { !$0.hasPrefix("Provenance/") })
                var dangling: [String] = []
                try JSONParser.parse(leaf).forEachReference {
                    if whole.contains($0), !urls.contains($0) { dangling.append($0) }
                }
                #expect(dangling.isEmpty)
                #expect(urls.contains { $0.hasPrefix("Provenance/") })
            }
            #expect(all == whole.filter { !$0.hasPrefix("Provenance/") })
        }
    }

    /// A Patient, a sender and resources that refer to each other at random, also in circles, with our Provenance.
    private static func randomBundle(_ numbers: inout SeededNumbers) -> [UInt8] {
        let count = Int.random(in: 1...12, using: &numbers)
        let names = ["Patient/p", "Organization/o"] + (0..<count).map { "Observation/r\($0)" }
        var entries: [JSONValue] = names.enumerated().map { index, name in
            var references: [JSONValue] = index > 1 ? [["reference": "Patient/p"]] : []
            while index > 1, Int.random(in: 0..<3, using: &numbers) == 0 {
                let other = names[Int.random(in: 2..<names.count, using: &numbers)]
                references.append(["reference": .string(other)])
            }
            return entry(name, ["focus": .array(references)])
        }
        let targets = names.map { name -> JSONValue in ["reference": .string(name)] }
        entries.append(
            entry(
                "Provenance/v",
                [
                    "target": .array(targets), "agent": [["who": ["reference": "Organization/o"]]],
                    "entity": [["what": ["identifier": ["value": "urn:pdex:exchange:x"]]]],
                ]))
        // A Provenance of the clinic, by somebody whom nothing else names.
        entries.append(entry("Practitioner/w", [:]))
        let told = (0..<count).filter { _ in Bool.random(using: &numbers) }.map { "Observation/r\($0)" }
        if !told.isEmpty {
            entries.append(
                entry(
                    "Provenance/c",
                    [
                        "target": .array(told.map { ["reference": .string($0)] }),
                        "agent": [["who": ["reference": "Practitioner/w"]]],
                    ]))
        }
        let bundle: JSONValue = ["resourceType": "Bundle", "type": "transaction", "entry": .array(entries)]
        return bundle.serialized()
    }

    private static func targets(_ provenance: Resource) -> [String] {
        (provenance["target"]?.elements ?? []).compactMap { $0["reference"]?.string }
    }

    private static func entry(_ name: String, _ content: JSONObject) -> JSONValue {
        var resource = content
        resource["resourceType"] = .string(String(name.prefix { $0 != "/" }))
        resource["id"] = .string(String(name.drop { $0 != "/" }.dropFirst()))
        return [
            "fullUrl": .string("https://fhir.med0.example/r4/" + name), "resource": .object(resource),
            "request": ["method": "PUT", "url": .string(name)],
        ]
    }

    private static func urls(_ bundle: [UInt8]) throws -> Set<String> {
        Set((try JSONParser.parse(bundle)["entry"]?.elements ?? []).compactMap { $0["request"]?["url"]?.string })
    }

    private static func issue(_ code: String, at path: String? = nil, severity: String = "error") -> JSONValue {
        var issue: JSONObject = ["severity": .string(severity), "code": .string(code)]
        issue["expression"] = path.map { [.string($0)] }
        return ["resourceType": "OperationOutcome", "issue": [.object(issue)]]
    }

    private static func clinical(_ payer: ScriptedPayer) -> [String: Resource] {
        payer.held.filter { $0.value.type != "Provenance" }
    }

    /// How often each resource of the clinic is there, by its id there.
    private static func copies(_ payer: ScriptedPayer) -> [String: Int] {
        clinical(payer).values.reduce(into: [:]) { counts, resource in
            let own = (resource["identifier"]?.elements ?? []).first {
                $0["system"]?.string == "https://clinic0.example/fhir-id"
            }
            counts["\(resource.type) \(own?["value"]?.string ?? resource.id ?? "")", default: 0] += 1
        }
    }

    private static func exchange(_ night: Night) async throws -> Exchange {
        try #require(try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first)
    }
}
