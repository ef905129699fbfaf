/// JSON that is being written: its bytes grow in one buffer that has no other owner.
///
/// An array checks its ownership at every append, which costs more than copying the few bytes of most names and values.
/// All raw memory is written by the three members under "Bytes", after room was made for it.
public struct JSONOutput: ~Copyable {
    private var start: UnsafeMutableRawPointer
    private var room: Int

    /// How many bytes were written.
    public private(set) var count = 0

    /// An empty output with room for this many bytes, which grows as needed.
    public init(room: Int = 512) {
        self.room = max(room, 16)
        start = .allocate(byteCount: self.room, alignment: 8)
    }

    deinit { start.deallocate() }

    /// What was written.
    public var bytes: [UInt8] { Array(UnsafeRawBufferPointer(start: start, count: count)) }

    // MARK: Bytes

    /// Makes room for this many more bytes.
    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if room - count < more { grow(by: more) }
    }

    /// Appends one byte.
    @inline(__always)
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Appends bytes as they are.
    @inline(__always)
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let from = bytes.baseAddress else { return }
        reserve(bytes.count)
        (start + count).copyMemory(from: from, byteCount: bytes.count)
        count += bytes.count
    }

    /// Appends the UTF-8 of a text that needs no escapes.
    @inline(__always)
    public mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    // Kept out of line, so that the common path stays short.
    @inline(never)
    private mutating func grow(by more: Int) {
        let wider = max(2 * room, count + more)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: wider, alignment: 8)
        moved.copyMemory(from: start, byteCount: count)
        start.deallocate()
        (start, room) = (moved, wider)
    }
}
