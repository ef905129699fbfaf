import FHIR
import PDex

/// Collects line batches until there are enough for one transaction.
struct LineBuffer {
    private(set) var bytes: [UInt8] = []
    private var lines: [Range<Int>] = []
    private let capacity: Int

    /// `capacity` is the expected number of bytes: growing would copy them, and take up to twice as much memory.
    init(capacity: Int = 0) {
        self.capacity = capacity
    }

    mutating func append(_ batch: LineBatch) {
        if bytes.isEmpty { bytes.reserveCapacity(capacity) }
        let offset = bytes.count
        bytes += batch.bytes
        lines += batch.lines.map { $0.lowerBound + offset..<$0.upperBound + offset }
    }

    mutating func append(line: UnsafeRawBufferPointer) {
        lines.append(bytes.count..<bytes.count + line.count)
        bytes.append(contentsOf: line)
    }

    /// Adds the resources of a search page, or only those that are wanted; outcomes are not data (RD-05).
    ///
    /// Unreadable entries are added too, so that they are counted.
    mutating func append(_ page: SearchPage, where isWanted: ((ResourceScan) -> Bool)? = nil) {
        for entry in page.entries where entry.mode != .outcome {
            if let isWanted, let scan = try? ResourceScan.scan(entry.bytes), !isWanted(scan) { continue }
            lines.append(bytes.count..<bytes.count + entry.bytes.count)
            bytes += entry.bytes
        }
    }

    mutating func take() -> LineBatch {
        defer {
            bytes.removeAll(keepingCapacity: false)
            lines.removeAll(keepingCapacity: false)
        }
        return LineBatch(bytes: bytes, lines: lines)
    }
}
