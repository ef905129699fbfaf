import GRDB
import PDex

extension SQLiteExchangeStore {
    /// Writes the database anew without the room that deleted rows left, and empties the log; returns the bytes of the
    /// file before and after. Nobody writes meanwhile; as much room is needed once more.
    public func vacuum() async throws -> (before: Int, after: Int) {
        let before = try await read { try $0.statistics().fileBytes }
        try await writes.run { [database, lock] in
            try Fault.translating {
                try Self.locked(lock) { try database.writeWithoutTransaction { try $0.execute(sql: "VACUUM") } }
            }
        }
        try await checkpoint()
        return (before, try await read { try $0.statistics().fileBytes })
    }
}
