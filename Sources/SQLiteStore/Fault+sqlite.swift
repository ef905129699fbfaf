import GRDB
import PDex

extension Fault {
    /// Runs `body`; an error of SQLite becomes a fault, which never holds values of a statement.
    static func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw Fault(error)
        } catch is RowDecodingError {
            throw Fault.unreadableRow
        }
    }

    /// A row that no version of this program wrote.
    static var unreadableRow: Fault {
        Fault(
            .storeCorrupt, .stop, "a row of the store cannot be read",
            hint: "run  pdex store check  and then restore the latest backup"
        )
    }

    /// A call that the store refuses because it would break a promise; nothing was changed.
    static func refused(_ message: String) -> Fault {
        Fault(.storeFailed, .halt, message, hint: "this is a defect of pdex: report it with the name of the job")
    }

    private init(_ error: DatabaseError) {
        let text = "SQLite error \(error.extendedResultCode.rawValue): \(error.message ?? "without a message")"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                .storeLocked, .stop, "another program holds the store: \(text)",
                hint: "close it (a sqlite3 shell, a backup), then try again"
            )
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(
                .storeCorrupt, .stop, "the store is damaged or is not a database: \(text)",
                hint: "run  pdex store check  and then restore the latest backup"
            )
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY:
            self.init(
                .storeFailed, .stop, "the store cannot be written: \(text)",
                hint: "check space and permissions of its file system, then start again"
            )
        default:
            self.init(.storeFailed, .halt, "the store refused a statement: \(text)")
        }
    }
}
