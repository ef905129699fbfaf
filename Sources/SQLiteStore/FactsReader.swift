import PDex

/// Reads what ``FactsWriter`` wrote. Once all is read, ``isAtEnd`` is false if the bytes ended early or were invalid.
struct FactsReader {
    private let bytes: UnsafeRawBufferPointer
    private var place = 0
    private var hasFailed = false

    /// Nil if the checksum at the end does not match.
    init?(checked bytes: UnsafeRawBufferPointer) {
        let end = bytes.count - MemoryLayout<UInt32>.size
        guard end >= 0 else { return nil }
        self.bytes = UnsafeRawBufferPointer(rebasing: bytes[..<end])
        let checksum = bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self)
        guard UInt32(littleEndian: checksum) == FactsWriter.checksum(self.bytes) else { return nil }
    }

    /// Whether everything was read, without a failure.
    var isAtEnd: Bool { !hasFailed && place == bytes.count }

    mutating func fail() { hasFailed = true }

    mutating func byte() -> UInt8 {
        guard let range = take(1) else { return 0 }
        return range[range.startIndex]
    }

    /// Reads eight flags.
    mutating func flags() -> [Bool] {
        let byte = byte()
        return (0..<8).map { byte >> $0 & 1 == 1 }
    }

    mutating func key() -> ResourceKey {
        let bits = take(8)?.loadUnaligned(as: Int64.self) ?? 0
        return ResourceKey(bits: Int64(littleEndian: bits))
    }

    mutating func text() -> String? {
        let count = count()
        guard count > 0, let text = take(count - 1) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    mutating func list<Item>(_ each: (inout FactsReader) -> Item) -> [Item] {
        let count = count()
        // Every item takes at least one byte.
        guard count <= bytes.count - place else {
            fail()
            return []
        }
        var items: [Item] = []
        items.reserveCapacity(count)
        for _ in 0..<count where !hasFailed { items.append(each(&self)) }
        return items
    }

    private mutating func count() -> Int {
        var count = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            let byte = byte()
            count |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return count }
        }
        fail()
        return 0
    }

    private mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard !hasFailed, count >= 0, count <= bytes.count - place else {
            fail()
            return nil
        }
        defer { place += count }
        return UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
    }
}
