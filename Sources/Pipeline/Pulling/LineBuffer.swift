import PDex

/// Collects line batches until there are enough for one transaction.
struct LineBuffer {
    private(set) var bytes: [UInt8] = []
    private var lines: [Range<Int>] = []

    mutating func append(_ batch: LineBatch) {
        let offset = bytes.count
        bytes += batch.bytes
        lines += batch.lines.map { $0.lowerBound + offset..<$0.upperBound + offset }
    }

    mutating func take() -> LineBatch {
        defer {
            bytes.removeAll(keepingCapacity: false)
            lines.removeAll(keepingCapacity: false)
        }
        return LineBatch(bytes: bytes, lines: lines)
    }
}
