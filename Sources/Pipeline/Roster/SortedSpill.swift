import Foundation
import Glibc
import PDex

/// Records of one size that are returned in ascending order, however many there are: some are in memory, the rest in
/// sorted runs in a nameless file that disappears with the process.
///
/// The file is in the system's temporary folder. Use it for hashes and keys, never for names of people.
struct SortedSpill<Record: BitwiseCopyable & Comparable & Sendable>: Sendable {
    /// A sorted part of the file, in records.
    private struct Run {
        var next: Int
        let end: Int
    }

    private let most: Int
    private var held: [Record] = []
    private var runs: [Run] = []
    private var written = 0
    private var file: FileHandle?

    /// Keeps at most this many records in memory.
    init(holding most: Int = 1 << 15) {
        self.most = most
    }

    /// Adds a record. Throws when the temporary folder is full.
    mutating func append(_ record: Record) throws {
        held.append(record)
        if held.count >= most { try spill() }
    }

    private mutating func spill() throws {
        held.sort()
        let handle = try file ?? Self.nameless()
        file = handle
        do { try handle.write(contentsOf: held.withUnsafeBytes { Data($0) }) } catch { throw Self.full }
        runs.append(Run(next: written, end: written + held.count))
        written += held.count
        held.removeAll(keepingCapacity: true)
    }

    /// Everything added so far, in order.
    func sorted() throws -> Cursor {
        var parts = [Part(records: held.sorted())]
        for run in runs { parts.append(Part(next: run.next, end: run.end, file: file)) }
        return try Cursor(parts)
    }

    /// A file that exists as long as it is open.
    private static func nameless() throws -> FileHandle {
        var path = Array((FileManager.default.temporaryDirectory.path + "/pdex-XXXXXX").utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw full }
        unlink(path)
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    private static var full: Fault {
        Fault(
            .storeFailed, .halt, "the temporary folder takes no more, or cannot be written",
            hint: "free some space where TMPDIR points, or point it elsewhere; 64 MB are enough for a million members")
    }

    /// One sorted part, read in pieces.
    fileprivate struct Part {
        private static var piece: Int { 256 }

        private var records: [Record]
        private var place = 0
        private var next = 0
        private var end = 0
        private var file: FileHandle?

        init(records: [Record]) {
            self.records = records
        }

        init(next: Int, end: Int, file: FileHandle?) {
            records = []
            (self.next, self.end, self.file) = (next, end, file)
        }

        mutating func take() throws -> Record? {
            if place == records.count { try read() }
            guard place < records.count else { return nil }
            defer { place += 1 }
            return records[place]
        }

        private mutating func read() throws {
            guard next < end, let file else { return }
            let (count, size) = (min(Self.piece, end - next), MemoryLayout<Record>.stride)
            let start = next * size
            records = try [Record](unsafeUninitializedCapacity: count) { buffer, filled in
                let bytes = UnsafeMutableRawBufferPointer(buffer)
                var got = 0
                while got < count * size {
                    let read = pread(
                        file.fileDescriptor, bytes.baseAddress.map { $0 + got }, count * size - got, off_t(start + got))
                    guard read > 0 else { throw SortedSpill.full }
                    got += read
                }
                filled = count
            }
            place = 0
            next += count
        }
    }

    /// Merges all parts.
    struct Cursor {
        private var parts: [Part]
        /// The next record of each part that has one, the smallest first: a heap.
        private var heap: [(record: Record, part: Int)] = []

        fileprivate init(_ parts: [Part]) throws {
            self.parts = parts
            for part in parts.indices {
                guard let record = try self.parts[part].take() else { continue }
                heap.append((record, part))
                var child = heap.count - 1
                while child > 0, heap[child].record < heap[(child - 1) / 2].record {
                    heap.swapAt(child, (child - 1) / 2)
                    child = (child - 1) / 2
                }
            }
        }

        /// The smallest record not yet taken, without taking it.
        var peek: Record? { heap.first?.record }

        /// Takes it.
        mutating func next() throws -> Record? {
            guard let least = heap.first else { return nil }
            if let record = try parts[least.part].take() {
                heap[0].record = record
            } else {
                heap.swapAt(0, heap.count - 1)
                heap.removeLast()
            }
            sink()
            return least.record
        }

        private mutating func sink() {
            var parent = 0
            while 2 * parent + 1 < heap.count {
                let children = (2 * parent + 1)..<min(2 * parent + 3, heap.count)
                guard let least = children.min(by: { heap[$0].record < heap[$1].record }),
                    heap[least].record < heap[parent].record
                else { return }
                heap.swapAt(parent, least)
                parent = least
            }
        }
    }
}
