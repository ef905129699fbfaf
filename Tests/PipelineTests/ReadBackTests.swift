import FHIR
import PDex
import PDexTesting
import Pipeline
import SampleData
import Testing

@Suite("Deliveries whose outcome nobody knows")
struct ReadBackTests {
    @Test(
        "what the payer shows as it was sent is acknowledged, and not sent again",
        arguments: [ScriptedPayer.Openness.searched, .read])
    func found(openness: ScriptedPayer.Openness) async throws {
        let night = try await Self.lost(openness)
        #expect(try await night.pipeline.deliver() == 1)
        #expect(night.payer.received.count == 1)
        let exchange = try await night.latest()
        #expect(exchange.state == .acknowledged)
        let receipts = try await night.store.read { try $0.receipts(ofExchange: exchange.id) }
        #expect(receipts.map(\.verdict) == ["retrying", "read back"])
        #expect(Set(receipts[1].locations) == Set(night.payer.held.keys))
    }

    @Test("what is not there is sent again, and the audit trail says what was found")
    func absent() async throws {
        let night = try await Self.lost(.searched)
        night.payer.change { $0 = [:] }
        #expect(try await night.pipeline.deliver() == 1)
        #expect(night.payer.received.count == 2)
        let id = try await night.latest().id
        let reasons = try await night.store.read { try $0.audit(ofExchange: id) }.compactMap(\.entry.reason)
        #expect(reasons.last?.contains("0 of 9 entries were there as sent") == true)
    }

    @Test(
        "a payer that cannot be read is sent the same bundle, and nothing is asked of it",
        arguments: [ScriptedPayer.Openness.closed, .unlicensed])
    func unreadable(openness: ScriptedPayer.Openness) async throws {
        let night = try await Self.lost(openness)
        #expect(try await night.pipeline.deliver() == 1)
        #expect(night.payer.received.count == 2)
        #expect(Set(night.payer.received).count == 1)
        #expect(night.payer.lookedAt == 0)
    }

    @Test(
        "answers that say nothing for certain are looked after, those that do are not",
        arguments: [(408, true), (500, true), (502, true), (504, true), (200, true), (503, false), (429, false)])
    func doubts(status: Int, looks: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.openness = .searched
        night.payer.reply(.say(status, ["resourceType": "OperationOutcome", "issue": []]))
        _ = try await night.run()
        night.clock.advance(seconds: 700)
        #expect(try await night.pipeline.deliver() == 1)
        #expect(night.payer.received.count == 2)
        #expect((night.payer.lookedAt > 0) == looks)
    }

    @Test("a delivery whose process ended is looked for before it is sent again")
    func processEnded() async throws {
        let whole = try Night([.joe], mappings: usCoreMappings)
        _ = try await whole.run()
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.openness = .searched
        night.payer.reply(.busy(retryAfterSeconds: nil))
        _ = try await night.run()
        night.clock.advance(seconds: 700)
        let (now, route) = (night.clock.now(), night.pipeline.terms.route)
        _ = try await night.store.write {
            try $0.lease(route, limit: 1, owner: "gone", now: now, expiry: now.adding(milliseconds: 1000))
        }
        night.payer.change { $0 = whole.payer.held }
        night.clock.advance(seconds: 2)
        #expect(try await night.pipeline.deliver() == 1)
        #expect(night.payer.received.count == 1)
    }

    @Test(
        "never by hope: only additions and longer references of the payer's pass for what was sent", arguments: 0..<40)
    func neverByHope(seed: UInt64) async throws {
        let whole = try Night([.joe], mappings: usCoreMappings)
        _ = try await whole.run()
        let night = try await Self.lost(.searched)
        var numbers = SeededNumbers(seed: seed)
        let locations = night.payer.held.keys.sorted()
        let location = locations[Int(numbers.next() % UInt64(locations.count))]
        let harm = Harm.allCases[Int(numbers.next() % UInt64(Harm.allCases.count))]
        night.payer.change { harm.happen(to: &$0, location, base: night.payer.base) }
        #expect(try await night.pipeline.deliver() == 1)
        #expect(night.payer.received.count == (harm.isHarmless ? 1 : 2), "\(harm) to \(location)")
        if !harm.isHarmless { #expect(night.payer.held == whole.payer.held, "\(harm) to \(location)") }
    }

    /// What may happen to a resource at the payer.
    enum Harm: CaseIterable {
        case none, lost, stamped, joined, absolute, emptied, changed, shortened

        var isHarmless: Bool { [.none, .stamped, .joined, .absolute].contains(self) }

        func happen(to held: inout [String: Resource], _ location: String, base: String) {
            guard var json = held[location]?.json else { return }
            switch self {
            case .none: break
            case .lost: held[location] = nil
            case .stamped:
                var meta = json["meta"]?.object ?? JSONObject()
                meta["versionId"] = "7"
                meta["lastUpdated"] = "2026-06-01T00:00:00Z"
                json["meta"] = .object(meta)
            case .joined:
                var meta = json["meta"]?.object ?? JSONObject()
                meta["profile"] = .array(["https://payer.example/own"] + (meta["profile"]?.elements ?? []))
                json["meta"] = .object(meta)
                json["extension"] = json["extension"] ?? [["url": "https://payer.example/seen", "valueBoolean": true]]
            case .absolute:
                var value = JSONValue.object(json)
                value.rewriteReferences { holder in
                    if let text = holder["reference"]?.string { holder["reference"] = .string(base + "/" + text) }
                }
                json = value.object ?? json
            case .emptied: json = ["resourceType": json["resourceType"] ?? .null, "id": json["id"] ?? .null]
            case .changed: json["id"] = .string("another")
            case .shortened:
                if let last = json.members.last(where: { !["id", "resourceType", "meta"].contains($0.key) }) {
                    json[last.key] = .null
                }
            }
            if self != .lost { held[location] = try? Resource(.object(json)) }
        }
    }

    /// A night whose one delivery arrived, and whose answer was lost; the next attempt is due.
    private static func lost(_ openness: ScriptedPayer.Openness) async throws -> Night {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.openness = openness
        night.payer.reply(.loseAnswer)
        _ = try await night.run()
        night.clock.advance(seconds: 700)
        return night
    }
}

extension Night {
    fileprivate func latest() async throws -> Exchange {
        let found = try await store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }
        return try #require(found.first)
    }
}
