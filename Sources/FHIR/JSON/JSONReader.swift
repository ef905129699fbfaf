/// The grammar of JSON over bytes, shared by the parser and the scan so that they cannot disagree.
///
/// The buffer must outlive the reader. All raw memory access goes through the four members under
/// "Bytes", each of which checks its bounds; past the end a byte reads as 0, which JSON allows nowhere.
struct JSONReader {
    private let bytes: UnsafeRawBufferPointer

    /// How many bytes there are; kept, because the buffer would compute it at every access.
    let count: Int

    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        count = bytes.count
    }

    // MARK: Bytes

    @inline(__always)
    var isAtEnd: Bool { position >= count }

    /// The byte at a place, 0 past the end.
    @inline(__always)
    func byte(at index: Int) -> UInt8 {
        index < count ? bytes[index] : 0
    }

    /// Eight bytes from a place in little-endian order, nil when fewer are left.
    @inline(__always)
    func word(at index: Int) -> UInt64? {
        guard count - index >= 8 else { return nil }
        return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// The bytes between two places; the range is clamped to the buffer.
    @inline(__always)
    func slice(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[min(start, count)..<min(max(start, end), count)])
    }

    // MARK: Tokens

    /// The byte about to be read, 0 at the end.
    @inline(__always)
    var current: UInt8 { byte(at: position) }

    @inline(__always)
    mutating func advance(by distance: Int = 1) {
        position += distance
    }

    @inline(__always)
    mutating func skipWhiteSpace() {
        while true {
            switch current {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }

    /// Steps over a byte that must be here.
    @inline(__always)
    mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard current == byte, !isAtEnd else { throw unexpected() }
        position += 1
    }

    /// Steps over `true`, `false` or `null`.
    mutating func readLiteral(_ literal: StaticString) throws(JSONError) {
        for offset in 0..<literal.utf8CodeUnitCount where byte(at: position + offset) != literal.utf8Start[offset] {
            throw JSONError(position + offset >= count ? .unexpectedEnd : .invalidLiteral, at: position)
        }
        position += literal.utf8CodeUnitCount
    }

    /// Refuses a document that is too large or starts with a byte order mark, and steps to the value.
    mutating func start(_ limits: JSONLimits) throws(JSONError) {
        guard count <= limits.bytes else { throw JSONError(.tooLarge, at: max(0, limits.bytes)) }
        if byte(at: 0) == 0xEF, byte(at: 1) == 0xBB, byte(at: 2) == 0xBF { throw JSONError(.byteOrderMark, at: 0) }
        skipWhiteSpace()
    }

    /// Refuses anything but white space after the value.
    mutating func finish() throws(JSONError) {
        skipWhiteSpace()
        guard isAtEnd else { throw JSONError(.trailingBytes, at: position) }
    }

    /// The error for the byte that is here.
    func unexpected() -> JSONError {
        JSONError(isAtEnd ? .unexpectedEnd : .unexpectedByte, at: position)
    }
}
