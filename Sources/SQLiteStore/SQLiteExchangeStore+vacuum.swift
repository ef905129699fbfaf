import GRDB
import PDex

extension SQLiteExchangeStore {
    /// Rewrites the database without the room that deleted rows left, and empties the log; returns the bytes of the
    /// file before and after. Nobody can write meanwhile, and as much free room again is needed.
    ///
    /// The room is not given back yet (`isGivenBack`) if others read or write for longer than the busy timeout: a later
    /// write does that.
    public func vacuum() async throws -> (before: Int, after: Int, isGivenBack: Bool) {
        let before = try await read { try $0.statistics().fileBytes }
        try await writes.run { [database, lock] in
            try Fault.translating {
                try Self.locked(lock) { try database.writeWithoutTransaction { try $0.execute(sql: "VACUUM") } }
            }
        }
        let isGivenBack = try await emptiesLog()
        return (before, try await read { try $0.statistics().fileBytes }, isGivenBack)
    }

    /// Empties the log; false if others read or write for too long.
    private func emptiesLog() async throws -> Bool {
        do {
            try await checkpoint()
            return true
        } catch let fault as Fault where fault.code == .storeLocked {
            return false
        }
    }
}
