import GRDB
import PDex

extension SQLiteExchangeStore {
    /// Writes the database anew without the room that deleted rows left, and empties the log; returns the bytes of the
    /// file before and after. Nobody writes meanwhile; as much room is needed once more.
    ///
    /// The room is not given back yet where somebody else has the store open for longer than the busy timeout: that is
    /// left to a write after that.
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

    /// Empties the log, unless somebody reads or writes.
    private func emptiesLog() async throws -> Bool {
        do {
            try await checkpoint()
            return true
        } catch let fault as Fault where fault.code == .storeLocked {
            return false
        }
    }
}
