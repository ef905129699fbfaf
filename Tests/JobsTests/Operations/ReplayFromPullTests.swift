import PDex
import PDexTesting
import Testing

@testable import Jobs

/// What asking the clinic again may meet, and whose problem it is.
@Suite("Replays from the pull")
struct ReplayFromPullTests {
    private static let demand = ReplayDemand(from: .pull, reason: "a test")

    @Test(
        "whose data cannot be had is not replayed, and the others are, to the end",
        arguments: [
            FaultCode.remoteRefused, .remoteMalformed, .remoteTooLarge, .remotePolicy, .remoteFailed, .clinicPagingLoop,
        ], ["joe", "ada"])
    func one(code: FaultCode, poisoned: String) async throws {
        let (served, ids) = try await Self.parked()
        served.night.clinic.rewrite { $0.poisons = ["Patient \(poisoned)": Fault(code, .halt, "poison")] }

        let outcomes = try await served.operations.replay(ids, Self.demand)

        let refusals = outcomes.compactMap { if case .refused(_, let why) = $0 { why } else { nil } }
        #expect(refusals.count == 1 && outcomes.count == 2)
        #expect(refusals.first?.contains(code.rawValue) == true)
        let (newest, isOpen) = try await served.night.store.read { reader in
            (
                try reader.exchanges(matching: ExchangeFilter(), limit: 9).first?.state,
                try !reader.openReplays().isEmpty
            )
        }
        #expect(newest == .acknowledged)
        #expect(!isOpen)
    }

    @Test("what is in the way of all stops the replay, which stays open", arguments: [FaultCode.authTokenRefused])
    func all(code: FaultCode) async throws {
        let (served, ids) = try await Self.parked()
        served.night.clinic.rewrite { $0.poisons = ["Patient joe": Fault(code, .halt, "ours")] }

        let fault = await #expect(throws: Fault.self) { try await served.operations.replay(ids, Self.demand) }

        #expect(fault?.code == code)
        let open = try await served.night.store.read { try $0.openReplays().map(\.id) }
        try #require(open.count == 1)
        #expect(try await served.operations.progress(ofReplay: open[0])[.refused] == nil)
        #expect(try await served.operations.progress(ofReplay: open[0])[.waiting, default: 0] > 0)
    }

    /// A night after which both are parked, because the payer refused them.
    private static func parked() async throws -> (ServedNight, ids: [String]) {
        let served = try ServedNight([.joe, .ada])
        served.night.payer.reply(.refuse(422), .refuse(422))
        _ = try await served.operations.run(job: served.job.name)
        served.night.clock.advance(seconds: 60)
        let ids = try await served.night.store.read {
            try $0.exchanges(matching: ExchangeFilter(states: [.parked]), limit: 9).map(\.id)
        }
        try #require(ids.count == 2)
        return (served, ids)
    }
}
