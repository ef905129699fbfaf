/// Splits bytes that arrive in chunks into the records of a CSV file (RFC 4180), holding at most one record.
///
/// Strict: a quote opens a field or is doubled inside one, and only a comma or line end may follow the closing one. A
/// record that breaks this is reported with its line, not repaired. A byte order mark and either line end are accepted.
struct CSVReader {
    /// One record, or why it is malformed.
    struct Record {
        /// The line on which it begins, from 1.
        let line: Int
        /// Its fields; nil when the record is malformed.
        let fields: [String]?
        /// Why it is malformed.
        let flaw: String?
    }

    private enum State { case start, plain, quoted, closed, broken }

    private static let mostBytes = 1 << 16
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private var state = State.start
    private var fields: [String] = []
    private var field: [UInt8] = []
    private var size = 0
    private var flaw: String?
    private var line = 1
    private var began = 1
    private var position = 0
    private var isAfterReturn = false

    /// Reads the next chunk and calls `deliver` for every record that it completes.
    mutating func append(_ chunk: UnsafeRawBufferPointer, _ deliver: (Record) throws -> Void) rethrows {
        for byte in chunk {
            defer { position += 1 }
            if position < 3, byte == Self.mark[position], position == 0 || size == 0, fields.isEmpty, field.isEmpty {
                continue
            }
            try take(byte, deliver)
        }
    }

    /// Ends the file: a last record need not have a line end, but no quote may still be open.
    mutating func finish(_ deliver: (Record) throws -> Void) rethrows {
        if isAfterReturn { flaw = flaw ?? "a carriage return stands alone" }
        if state == .quoted { flaw = "a quote is opened and never closed" }
        if size > 0 || flaw != nil { try end(deliver) }
    }

    private mutating func take(_ byte: UInt8, _ deliver: (Record) throws -> Void) rethrows {
        if isAfterReturn {
            isAfterReturn = false
            if byte != UInt8(ascii: "\n") { flaw = flaw ?? "a carriage return stands alone" }
        }
        if byte == UInt8(ascii: "\n"), state != .quoted {
            try end(deliver)
            line += 1
            began = line
            return
        }
        size += 1
        guard size <= Self.mostBytes else {
            // Read on to the next line end, so that later records are still reported; nothing more is kept.
            flaw = flaw ?? "the record has more than 64 KiB; a quote may be open"
            state = .broken
            field.removeAll()
            if byte == UInt8(ascii: "\n") { line += 1 }
            return
        }
        switch (state, byte) {
        case (.quoted, UInt8(ascii: "\"")): state = .closed
        case (.quoted, _):
            if byte == UInt8(ascii: "\n") { line += 1 }
            field.append(byte)
        case (.closed, UInt8(ascii: "\"")):
            field.append(byte)
            state = .quoted
        case (_, UInt8(ascii: ",")): close()
        case (_, UInt8(ascii: "\r")): isAfterReturn = true
        case (.start, UInt8(ascii: "\"")): state = .quoted
        case (.plain, UInt8(ascii: "\"")): flaw = flaw ?? "a quote stands inside a field that is not quoted"
        case (.closed, _): flaw = flaw ?? "something stands behind a closing quote"
        default:
            field.append(byte)
            if state == .start { state = .plain }
        }
    }

    private mutating func close() {
        if let text = String(validating: field, as: UTF8.self) {
            if text.utf8.contains(where: { $0 < 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }) {
                flaw = flaw ?? "a field holds a control character"
            }
            fields.append(text)
        } else {
            flaw = flaw ?? "a field is not UTF-8"
            fields.append("")
        }
        field.removeAll(keepingCapacity: true)
        if state != .broken { state = .start }
    }

    private mutating func end(_ deliver: (Record) throws -> Void) rethrows {
        defer {
            (state, size, flaw) = (.start, 0, nil)
            fields.removeAll(keepingCapacity: true)
            field.removeAll(keepingCapacity: true)
        }
        // A blank line is not a record.
        if size == 0 || (size == 1 && fields.isEmpty && field.isEmpty && state == .start && flaw == nil) { return }
        close()
        try deliver(Record(line: began, fields: flaw == nil ? fields : nil, flaw: flaw))
    }
}
