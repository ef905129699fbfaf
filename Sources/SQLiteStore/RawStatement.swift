import GRDB
import GRDBSQLite
import PDex

/// One prepared statement on SQLite's own handle: binds bytes where they are, without a copy.
///
/// For the hot paths only, such as staging, the join and the outbox; everything else uses GRDB. Bytes that are bound in
/// place must stay where they are until `reset()`.
final class RawStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private let isOwned: Bool

    init(_ database: Database, sql: String) throws {
        guard let connection = database.sqliteConnection else { throw Fault.refused("the store is closed") }
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v2(connection, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let prepared else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)))
        }
        handle = prepared
        self.connection = connection
        isOwned = true
    }

    /// A statement that the connection keeps prepared, to be reset after use.
    init(kept sql: String, _ database: Database) throws {
        guard let connection = database.sqliteConnection else { throw Fault.refused("the store is closed") }
        handle = try database.cachedStatement(sql: sql).sqliteStatement
        self.connection = connection
        isOwned = false
    }

    deinit {
        if isOwned { sqlite3_finalize(handle) }
    }

    func bind(_ value: Int64, at index: Int32) {
        sqlite3_bind_int64(handle, index, value)
    }

    func bind(_ value: Int64?, at index: Int32) {
        if let value { sqlite3_bind_int64(handle, index, value) } else { sqlite3_bind_null(handle, index) }
    }

    /// Binds a short text; SQLite takes a copy.
    func bind(_ text: String?, at index: Int32) {
        guard var text else {
            sqlite3_bind_null(handle, index)
            return
        }
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                _ = sqlite3_bind_text(handle, index, characters.baseAddress, Int32(characters.count), Self.copied)
            }
        }
    }

    /// Binds a few bytes; SQLite takes a copy.
    func bind(copying bytes: [UInt8], at index: Int32) {
        _ = bytes.withUnsafeBytes { sqlite3_bind_blob(handle, index, $0.baseAddress, Int32($0.count), Self.copied) }
    }

    /// Binds bytes in place.
    func bind(inPlace bytes: UnsafeRawBufferPointer, at index: Int32) {
        if let base = bytes.baseAddress, !bytes.isEmpty {
            sqlite3_bind_blob64(handle, index, base, UInt64(bytes.count), nil)
        } else {
            sqlite3_bind_zeroblob(handle, index, 0)
        }
    }

    /// Goes to the next row; false when there is none.
    func step() throws -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)))
        }
    }

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func optionalInteger(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : sqlite3_column_int64(handle, column)
    }

    /// The text in a column, if there is one.
    func optionalText(_ column: Int32) -> String? {
        guard let bytes = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func text(_ column: Int32) throws -> String {
        guard let text = optionalText(column) else { throw Fault.unreadableRow }
        return text
    }

    /// Reads a raw value of one of our enumerations.
    func word<Word: RawRepresentable>(
        _ column: Int32, as type: Word.Type
    ) throws -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: try text(column)) else { throw Fault.unreadableRow }
        return word
    }

    /// Copies a BLOB once.
    func bytes(_ column: Int32) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(handle, column))
        guard let base = sqlite3_column_blob(handle, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Reads a BLOB in place; nil when there is none.
    func withBytes<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Value?) -> Value? {
        guard sqlite3_column_type(handle, column) != SQLITE_NULL else { return nil }
        let base = sqlite3_column_blob(handle, column)
        return body(UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// The keys in a BLOB of eight bytes each; nil when there is no BLOB.
    func keys(_ column: Int32) -> [ResourceKey]? {
        guard sqlite3_column_type(handle, column) != SQLITE_NULL else { return nil }
        let bytes = UnsafeRawBufferPointer(
            start: sqlite3_column_blob(handle, column), count: Int(sqlite3_column_bytes(handle, column)))
        return stride(from: 0, to: bytes.count - 7, by: 8).map {
            ResourceKey(bits: Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self)))
        }
    }

    /// How many rows it changed.
    var changes: Int { Int(sqlite3_changes(connection)) }

    /// Whether the text in a column is `text`, byte for byte.
    func text(_ column: Int32, is text: String) -> Bool {
        guard let bytes = sqlite3_column_text(handle, column) else { return false }
        let stored = UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column)))
        return stored.elementsEqual(text.utf8)
    }

    /// Makes the statement ready to run again and releases what was bound.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// `SQLITE_TRANSIENT`, which Swift does not import.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
