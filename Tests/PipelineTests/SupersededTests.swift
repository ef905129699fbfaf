import PDex
import PDexTesting
import Pipeline
import Testing

/// Exchanges that a newer one of the member replaced while they were being sent.
@Suite("What is newer takes the place of what is under way")
struct SupersededTests {
    @Test(
        "what the payer does not take of the older is closed and waits for nobody: it could not be replayed",
        arguments: [422, 500])
    func refused(status: Int) async throws {
        let night = try Night([.joe], mappings: usCoreMappings, attempts: 1, concurrency: 1)
        night.payer.reply(.refuse(status))
        night.payer.whileAnswering { try await night.makeNewer() }

        _ = try await night.run()

        let (older, submissions, receipts) = try await night.store.read { reader in
            let older = try reader.exchanges(matching: ExchangeFilter(), limit: 9).filter { $0.id != "newer" }
            return (
                older, try older.flatMap { try reader.submissions(ofExchange: $0.id) },
                try older.flatMap { try reader.receipts(ofExchange: $0.id) }
            )
        }
        #expect(older.map(\.state) == [.cancelled] && older.map(\.reason) == [.superseded])
        #expect(older.map(\.detail) == ["superseded by newer"])
        // The payer's answer is kept, and so is the submission.
        #expect(submissions.map(\.state) == [.parked] && receipts.map(\.status) == [status])
    }

    @Test("what the payer takes of the older is acknowledged all the same")
    func taken() async throws {
        let night = try Night([.joe], mappings: usCoreMappings, concurrency: 1)
        night.payer.whileAnswering { try await night.makeNewer() }

        _ = try await night.run()

        let states = try await night.store.read { reader in
            try reader.exchanges(matching: ExchangeFilter(), limit: 9).filter { $0.id != "newer" }.map(\.state)
        }
        #expect(states == [.acknowledged])
    }
}
