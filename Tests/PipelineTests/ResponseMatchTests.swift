import FHIR
import PDex
import PDexTesting
import SampleData
import Testing

@testable import Pipeline

/// Which response belongs to which entry (WR-03, WR-12, WR-14, reliability R10, M5, M7).
@Suite("Responses that are not one an entry, in order")
struct ResponseMatchTests {
    @Test("responses in another order are told apart by their location, and the receipt has them in the bundle's order")
    func reordered() async throws {
        let (night, receipt) = try await answered { $0.reversed() }
        #expect(receipt.verdict == "acknowledged")
        #expect(receipt.locations == (try sent(night)).map { $0 + "/_history/1" })
        #expect(night.payer.received.count == 1)
    }

    @Test("responses without a location are taken in the bundle's order, with the version of their ETag")
    func etags() async throws {
        let (night, receipt) = try await answered { responses in
            responses.map { _ in ["response": ["status": "200", "etag": "W/\"7\""]] }
        }
        #expect(receipt.locations == (try sent(night)).map { $0 + "/_history/7" })
    }

    @Test("one response without a location has the place that is left")
    func oneSilent() async throws {
        let (night, receipt) = try await answered { responses in
            [["response": ["status": "200"]]] + responses.dropLast().reversed()
        }
        let places = try sent(night)
        #expect(receipt.verdict == "acknowledged")
        #expect(receipt.locations == places.dropLast().map { $0 + "/_history/1" } + places.suffix(1))
    }

    @Test(
        "missing, too many and doubled responses are an unknown outcome: the payer is asked, and nothing sent twice",
        arguments: ["missing", "too many", "doubled", "of another type"])
    func unclear(how: String) async throws {
        let (night, receipt) = try await answered { responses in
            switch how {
            case "missing": Array(responses.dropFirst())
            case "too many": responses + responses.suffix(1)
            case "doubled": Array(responses.dropFirst()) + responses.suffix(1)
            default: [["response": ["status": "201", "location": "Slot/1/_history/1"]]] + responses.dropFirst()
            }
        }
        #expect(receipt.fault == .payerUnknownOutcome && receipt.verdict == "retrying")
        night.clock.advance(seconds: 700)
        #expect(try await night.pipeline.deliver() == 1)
        #expect(night.payer.received.count == 1 && night.payer.lookedAt > 0)
    }

    @Test("a payer that gives ids of its own is not sent the same again: each time would add a copy")
    func renamed() async throws {
        let (_, receipt) = try await answered { responses in
            responses.enumerated().map { index, response in
                let type = (response["response"]?["location"]?.string ?? "").prefix { $0 != "/" }
                return ["response": ["status": "201", "location": .string("\(type)/own-\(index)/_history/1")]]
            }
        }
        #expect(receipt.fault == .payerCapability && receipt.verdict == "parked")
    }

    @Test("a refused entry among reordered ones is found")
    func refusedAmongReordered() async throws {
        let (_, receipt) = try await answered { responses in
            [["response": ["status": "422"]]] + responses.dropLast().reversed()
        }
        #expect(receipt.fault == .payerPartial && receipt.verdict == "parked")
    }

    @Test("entries that the payer was too busy for, or that collided, go again with the others, and are there once")
    func partial() async throws {
        for status in ["429", "503", "409"] {
            let (night, receipt) = try await answered { responses in
                responses.dropLast() + [["response": ["status": .string(status)]]]
            }
            #expect(receipt.fault == .payerPartial && receipt.verdict == "retrying")
            night.clock.advance(seconds: 700)
            #expect(try await night.pipeline.deliver() == 1)
            #expect(Set(night.payer.received).count == 1)
        }
    }

    @Test("what was not asked for because of another's refusal does not stand for the reason")
    func dependents() async throws {
        let (night, receipt) = try await answered { responses in
            [["response": ["status": "424"]], ["response": ["status": "422"]]] + responses.dropFirst(2)
        }
        #expect(receipt.fault == .payerPartial && receipt.verdict == "parked")
        let found = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }
        #expect(found.first?.detail?.contains("refused 2 of") == true)
        #expect(found.first?.detail?.contains("the first with status 422") == true)
    }

    @Test("a conflict is tried again as often as the job says, and then parked")
    func conflict() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, attempts: 3)
        night.payer.reply(.refuse(409), .refuse(409), .refuse(409))
        _ = try await night.run()
        for _ in 0..<2 {
            night.clock.advance(seconds: 700)
            #expect(try await night.pipeline.deliver() == 0)
        }
        let found = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }
        #expect(found.first?.state == .parked && found.first?.reason == .attemptsExhausted)
        #expect(try await night.store.read { try $0.breakers() }.isEmpty)
    }

    @Test("any order of responses, any of them silent about where, is matched rightly or called unclear")
    func property() {
        var numbers = SeededNumbers(seed: 17)
        for _ in 0..<500 {
            let count = Int.random(in: 1...8, using: &numbers)
            let sent = (0..<count).map { "Observation/r\($0)" }
            let truth = sent.shuffled(using: &numbers)
            let silent = truth.map { _ in Int.random(in: 0..<4, using: &numbers) == 0 }
            let entries = zip(truth, silent).map { place, isSilent -> JSONValue in
                isSilent
                    ? ["response": ["status": "200"]]
                    : ["response": ["status": "200", "location": .string("https://p.example/r4/\(place)/_history/3")]]
            }
            let json: JSONValue = ["resourceType": "Bundle", "type": "transaction-response", "entry": .array(entries)]
            guard let bundle = try? FHIRBundle(json),
                case .matched(let matched) = ResponseMatch.outcome(of: bundle.entries, sent: sent)
            else {
                Issue.record("\(truth)")
                continue
            }
            for (place, found) in zip(sent, matched) { #expect(found.location.hasPrefix(place)) }
            let named = zip(truth, silent).filter { !$0.1 }.map { $0.0 + "/_history/3" }
            #expect(Set(named).isSubset(of: matched.map(\.location)))
        }
    }

    @Test("what new bundles are packed to is what the payer was found to take")
    func learned() async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.refuse(422))
        _ = try await night.run()
        let parked = try #require(
            try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }.first)
        night.pipeline.limits.refused(entries: 16, bytes: 10_000_000, under: (16, 20_000_000))
        let replay = Run(
            id: "replay-1", job: parked.job, trigger: .replay, clinic: "clinic0", payer: "med0",
            instant: night.clock.now())
        _ = try await night.pipeline.replay(parked, run: replay)
        let sizes = try night.payer.received.map { try FHIRBundle(JSONParser.parse($0)).entries.count }
        #expect(sizes.count == 3 && sizes[0] > 8 && sizes.dropFirst().allSatisfy { $0 <= 8 })
    }

    /// A night of one member with an altered answer; returns what was recorded about the attempt.
    private func answered(
        _ change: @escaping @Sendable ([JSONValue]) -> [JSONValue]
    ) async throws -> (Night, Receipt) {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.openness = .searched
        night.payer.reply(.retell(change))
        _ = try await night.run()
        let receipt = try await night.store.read { reader in
            try reader.exchanges(matching: ExchangeFilter(), limit: 1).first.flatMap {
                try reader.receipts(ofExchange: $0.id).first
            }
        }
        return (night, try #require(receipt))
    }

    private func sent(_ night: Night) throws -> [String] {
        try FHIRBundle(JSONParser.parse(night.payer.received[0])).entries.compactMap { $0.request?.url }
    }
}
