/// Splits a stream that arrives in chunks into lines of NDJSON, holding at most one line.
///
/// Lines inside a chunk are handed over without a copy. Blank lines are counted and left out; a carriage return before
/// the line feed is removed. A splitter that has thrown is spent: anything later would be out of order.
public struct NDJSONSplitter: Sendable {
    /// The number, from 1, of the line handed over last, blank lines counted; 0 before the first.
    public private(set) var lineNumber = 0

    private let maxLine: Int
    private var pending: [UInt8] = []

    /// Splits into lines of at most `maxLine` bytes, the line feed not counted.
    public init(maxLine: Int = 16 << 20) {
        self.maxLine = maxLine
    }

    /// Takes the next chunk and calls `line` for every line that it completes; the bytes are valid during the call
    /// only.
    ///
    /// Throws ``NDJSONError/lineTooLong(line:limit:)`` as soon as a line is too long, and whatever `line` throws.
    public mutating func append(
        _ chunk: UnsafeRawBufferPointer, _ line: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var start = 0
        while let end = Self.lineFeed(in: chunk, from: start) {
            let piece = UnsafeRawBufferPointer(rebasing: chunk[start..<end])
            start = end + 1
            if pending.isEmpty {
                try hand(piece, to: line)
            } else {
                try keep(piece)
                try handPending(to: line)
            }
        }
        try keep(UnsafeRawBufferPointer(rebasing: chunk[start...]))
    }

    /// Ends the stream: a last line without a line feed is handed over, and the caller's parser decides whether it is
    /// truncated.
    public mutating func finish(_ line: (UnsafeRawBufferPointer) throws -> Void) throws {
        if !pending.isEmpty { try handPending(to: line) }
    }

    private mutating func keep(_ piece: UnsafeRawBufferPointer) throws(NDJSONError) {
        // Counted before it is kept: a line without an end must not fill the memory.
        guard piece.count <= maxLine - pending.count else { throw .lineTooLong(line: lineNumber + 1, limit: maxLine) }
        pending.append(contentsOf: piece)
    }

    private mutating func handPending(to line: (UnsafeRawBufferPointer) throws -> Void) throws {
        var complete: [UInt8] = []
        swap(&complete, &pending)
        try complete.withUnsafeBytes { try hand($0, to: line) }
        complete.removeAll(keepingCapacity: complete.capacity <= 1 << 16)
        swap(&complete, &pending)
    }

    private mutating func hand(_ piece: UnsafeRawBufferPointer, to line: (UnsafeRawBufferPointer) throws -> Void) throws
    {
        lineNumber += 1
        guard piece.count <= maxLine else { throw NDJSONError.lineTooLong(line: lineNumber, limit: maxLine) }
        let end = piece.last == UInt8(ascii: "\r") ? piece.count - 1 : piece.count
        let text = UnsafeRawBufferPointer(rebasing: piece[..<end])
        let isBlank = text.allSatisfy {
            $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r")
        }
        if !isBlank { try line(text) }
    }

    /// The next line feed, looked for eight bytes at a time.
    private static func lineFeed(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = start
        while bytes.count - index >= 8 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let feeds = word ^ (ones &* 0x0A)
            let found = (feeds &- ones) & ~feeds & (ones &* 0x80)
            guard found == 0 else { return index + found.trailingZeroBitCount >> 3 }
            index += 8
        }
        return bytes[index...].firstIndex(of: UInt8(ascii: "\n"))
    }
}
