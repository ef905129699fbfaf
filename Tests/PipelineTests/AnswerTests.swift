import FHIR
import PDex
import PDexTesting
import Pipeline
import Testing

/// How answers to a delivery are read (WR-03, WR-15).
@Suite("What a payer's answer means")
struct AnswerTests {
    @Test(
        "an answer that says no parks the exchange with its own reason",
        arguments: [
            (400, FaultCode.payerRefused), (403, .payerForbidden), (404, .payerCapability), (405, .payerCapability),
            (410, .payerRefused), (412, .payerConflict), (422, .payerRefused),
        ])
    func parks(status: Int, reason: FaultCode) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.refuse(status))
        let report = try await night.run()
        #expect(report.exchanges.parked == [reason: 1])
        #expect(night.payer.received.count == 1)
    }

    @Test(
        "a receipt keeps the id that the payer gave to its answer, whatever the answer was", arguments: [true, false])
    func answerIDs(isTaken: Bool) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(isTaken ? .accept : .refuse(422))
        _ = try await night.run()

        let receipts = try await night.store.read { reader in
            try reader.exchanges(matching: ExchangeFilter(), limit: 1).flatMap { exchange in
                try reader.receipts(ofExchange: exchange.id)
            }
        }
        #expect(receipts.map(\.verdict) == [isTaken ? "acknowledged" : "parked"])
        #expect(receipts.map(\.answerID) == ["4f1c8a52-90bb-4d6e-8f3a-000000000001"])
    }

    @Test(
        "an answer that says neither yes nor no is tried again under the same ids, and is no delivery",
        arguments: [
            (409, "{}", .payerConflict), (202, "{}", .payerUnknownOutcome), (204, "{}", .payerUnknownOutcome),
            (408, #"{"resourceType":"OperationOutcome","issue":[]}"#, FaultCode.payerUnknownOutcome),
            (429, "{}", .remoteThrottled), (500, "{}", .payerUnknownOutcome), (502, "{}", .payerUnknownOutcome),
            (503, "{}", .remoteThrottled), (504, "{}", .payerUnknownOutcome),
            // 200 without a response for each entry.
            (200, #"{"resourceType":"OperationOutcome","issue":[]}"#, .payerUnknownOutcome),
            (200, #"{"resourceType":"Bundle","type":"transaction-response"}"#, .payerUnknownOutcome),
            (200, #"{"resourceType":"Bundle","type":"searchset","entry":[]}"#, .payerUnknownOutcome),
            (
                200,
                #"{"resourceType":"Bundle","type":"transaction-response","entry":[{"response":{"status":"201"}}]}"#,
                .payerUnknownOutcome
            ),
        ])
    func triesAgain(status: Int, body: String, reason: FaultCode) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.say(status, try JSONParser.parse([UInt8](body.utf8))))
        let report = try await night.run()
        #expect(report.exchanges.retrying == 1)
        #expect(report.submitted.bundles == 0)
        let waiting = try await night.store.read {
            try $0.exchanges(matching: ExchangeFilter(states: [.retrying]), limit: 1)
        }
        #expect(waiting.first?.reason == reason)
        night.clock.advance(seconds: 700)
        #expect(try await night.pipeline.deliver() == 1)
        #expect(Set(night.payer.received).count == 1)
    }

    @Test(
        "one entry that was not taken keeps the whole bundle from being delivered",
        arguments: [
            ("409 Conflict", ExchangeState.retrying), ("412", .parked), ("422", .parked), ("", .parked),
            ("408", .retrying), ("429", .retrying), ("500 Oh", .retrying),
        ])
    func readsEntries(status: String, state: ExchangeState) async throws {
        let night = try Night([.joe], mappings: usCoreMappings)
        night.payer.reply(.sayOfEach(["response": ["status": .string(status)]]))
        let report = try await night.run()
        #expect(report.submitted.bundles == 0)
        let found = try await night.store.read { try $0.exchanges(matching: ExchangeFilter(), limit: 1) }
        #expect(found.first?.state == state)
        #expect(found.first?.reason == .payerPartial)
    }
}
