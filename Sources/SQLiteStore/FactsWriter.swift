import PDex

/// Writes numbers and texts one after another.
struct FactsWriter {
    private var bytes: [UInt8] = []

    /// The bytes that were written, followed by their checksum.
    var checked: [UInt8] {
        bytes + bytes.withUnsafeBytes { withUnsafeBytes(of: Self.checksum($0).littleEndian, Array.init) }
    }

    /// FNV-1a.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        bytes.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }

    init() { bytes.reserveCapacity(256) }

    mutating func write(byte: UInt8) { bytes.append(byte) }

    /// Writes up to eight flags.
    mutating func write(flags: [Bool]) {
        bytes.append(flags.reversed().reduce(0) { $0 << 1 | ($1 ? 1 : 0) })
    }

    mutating func write(_ key: ResourceKey) {
        withUnsafeBytes(of: key.bits.littleEndian) { bytes += $0 }
    }

    /// Keeps nil and the empty text apart.
    mutating func write(_ text: String?) {
        guard let text else { return write(count: 0) }
        write(count: text.utf8.count + 1)
        bytes += text.utf8
    }

    mutating func write<Item>(_ items: [Item], _ each: (inout FactsWriter, Item) -> Void) {
        write(count: items.count)
        for item in items { each(&self, item) }
    }

    private mutating func write(count: Int) {
        var rest = count
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
