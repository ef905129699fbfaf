/// Reads a tar archive (POSIX ustar, with the long names of pax and GNU) as its bytes arrive.
///
/// Nothing is ever written to disk: an entry is a name and bytes, and unwanted entries are not kept.
struct TarReader {
    /// Why the bytes cannot be read.
    enum Failure: Error {
        /// A header that is not one, or an end that comes too early.
        case malformed
        /// More entries, or a larger one, than the limits allow.
        case tooLarge
    }

    private struct Entry {
        var name: String
        var kind: UInt8
        var isKept: Bool
    }

    private let wants: (String) -> Bool
    private let maxEntries: Int
    private let maxFile: Int
    private var header: [UInt8] = []
    private var entry: Entry?
    private var content: [UInt8] = []
    private var remaining = 0
    private var padding = 0
    private var longName: String?
    private var count = 0
    private var sawEnd = false

    init(maxEntries: Int, maxFile: Int, wants: @escaping (String) -> Bool) {
        self.maxEntries = maxEntries
        self.maxFile = maxFile
        self.wants = wants
        header.reserveCapacity(512)
    }

    /// Whether the bytes so far are a whole archive.
    var isWhole: Bool { entry == nil && (sawEnd || header.isEmpty) && count > 0 }

    /// Takes the next bytes and hands over each wanted file that they complete.
    mutating func append(_ bytes: UnsafeRawBufferPointer, _ file: (String, [UInt8]) throws -> Void) throws {
        var rest = bytes[...]
        while !rest.isEmpty, !sawEnd {
            if entry != nil {
                let part = min(remaining, rest.count)
                if entry?.isKept == true { content.append(contentsOf: rest.prefix(part)) }
                remaining -= part
                rest = rest.dropFirst(part)
                if remaining == 0 { try finishEntry(file) }
            } else if padding > 0 {
                let part = min(padding, rest.count)
                padding -= part
                rest = rest.dropFirst(part)
            } else {
                let part = min(512 - header.count, rest.count)
                header.append(contentsOf: rest.prefix(part))
                rest = rest.dropFirst(part)
                if header.count == 512 { try readHeader(file) }
            }
        }
    }

    private mutating func readHeader(_ file: (String, [UInt8]) throws -> Void) throws {
        defer { header.removeAll(keepingCapacity: true) }
        guard header.contains(where: { $0 != 0 }) else {
            sawEnd = true
            return
        }
        guard hasRightChecksum, let size = number(124..<136) else { throw Failure.malformed }
        count += 1
        guard count <= maxEntries, size <= maxFile else { throw Failure.tooLarge }
        let kind = header[156]
        let isName = kind == UInt8(ascii: "x") || kind == UInt8(ascii: "L")
        let name = longName ?? shortName
        if !isName { longName = nil }
        let isFile = kind == UInt8(ascii: "0") || kind == 0
        guard !isName || size <= 1 << 16 else { throw Failure.tooLarge }
        entry = Entry(name: name, kind: kind, isKept: isName || isFile && wants(name))
        remaining = size
        padding = (512 - size % 512) % 512
        if remaining == 0 { try finishEntry(file) }
    }

    private mutating func finishEntry(_ file: (String, [UInt8]) throws -> Void) throws {
        guard let done = entry else { return }
        entry = nil
        guard done.isKept else { return }
        let bytes = content
        content = []
        switch done.kind {
        case UInt8(ascii: "x"): longName = Self.paxPath(bytes) ?? longName
        case UInt8(ascii: "L"): longName = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        default: try file(done.name, bytes)
        }
    }

    private var shortName: String {
        let name = text(0..<100)
        let prefix = text(257..<262) == "ustar" ? text(345..<500) : ""
        return prefix.isEmpty ? name : "\(prefix)/\(name)"
    }

    private var hasRightChecksum: Bool {
        guard let wanted = number(148..<156) else { return false }
        let sum = header.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 0x20 : Int(header[$1])) }
        return sum == wanted
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: header[range].prefix { $0 != 0 }, as: UTF8.self)
    }

    /// An octal number; base 256, which is for more than 8 GB, is refused.
    private func number(_ range: Range<Int>) -> Int? {
        let digits = header[range].drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
        // `Int` would accept a sign as well.
        guard let first = digits.first, UInt8(ascii: "0")...UInt8(ascii: "7") ~= first else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8)
    }

    /// The `path` among a pax header's `length name=value` lines.
    private static func paxPath(_ bytes: [UInt8]) -> String? {
        let marker = " path="
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            guard let space = line.firstIndex(of: " "), line[space...].hasPrefix(marker) else { continue }
            return String(line[space...].dropFirst(marker.count))
        }
        return nil
    }
}
