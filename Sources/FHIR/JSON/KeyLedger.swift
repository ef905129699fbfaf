/// The names in the objects that are open, used to refuse a name that an object already has.
///
/// A small object is checked name by name: a 64-bit filter nearly always says "new", otherwise the few names before it
/// are compared. A big one is sorted once when it closes, so that no input costs quadratic time.
struct KeyLedger {
    /// What the ledger must know about one open object; it lives on the reader's stack.
    struct OpenObject {
        fileprivate let base: Int
        fileprivate var filter: UInt64 = 0
    }

    private struct Entry {
        let hash: UInt64
        let name: JSONReader.StringToken
    }

    private static let small = 32

    /// A stack; entries at ``count`` and beyond are left over from closed objects and will be overwritten.
    private var entries: [Entry] = []
    private var count = 0

    init() {
        entries.reserveCapacity(48)
    }

    /// Starts an object.
    @inline(__always)
    func open() -> OpenObject {
        OpenObject(base: count)
    }

    /// Enters a name; throws when a small object already has it.
    @inline(__always)
    mutating func enter(
        _ name: JSONReader.StringToken, of object: inout OpenObject, in reader: borrowing JSONReader
    ) throws(JSONError) {
        let hash = name.isEscaped ? Self.hashUnescaped(name, in: reader) : Self.hash(reader, name.start, name.end)
        let bit: UInt64 = 1 << (hash >> 58)
        if object.filter & bit != 0, count - object.base < Self.small {
            try compare(name, hash, from: object.base, in: reader)
        }
        object.filter |= bit
        push(Entry(hash: hash, name: name))
    }

    /// Ends an object; throws when a big one has a name twice.
    @inline(__always)
    mutating func close(_ object: OpenObject, in reader: borrowing JSONReader) throws(JSONError) {
        if count - object.base > Self.small { try checkSorted(from: object.base, in: reader) }
        count = object.base
    }

    @inline(__always)
    private mutating func push(_ entry: Entry) {
        if count < entries.count {
            entries[count] = entry
        } else {
            grow(by: entry)
        }
        count += 1
    }

    // The rare paths are kept out of line, so that the common one stays short.

    @inline(never)
    private mutating func grow(by entry: Entry) {
        entries.append(entry)
    }

    @inline(never)
    private func compare(
        _ name: JSONReader.StringToken, _ hash: UInt64, from base: Int, in reader: borrowing JSONReader
    ) throws(JSONError) {
        for index in base..<count where entries[index].hash == hash {
            guard !Self.isSame(entries[index].name, name, in: reader) else {
                throw JSONError(.duplicateKey, at: name.start - 1)
            }
        }
    }

    @inline(never)
    private mutating func checkSorted(from base: Int, in reader: borrowing JSONReader) throws(JSONError) {
        let reader = copy reader
        entries[base..<count].sort { left, right in
            if left.hash != right.hash { return left.hash < right.hash }
            return reader.unescaped(left.name).lexicographicallyPrecedes(reader.unescaped(right.name))
        }
        for index in (base + 1)..<count where entries[index].hash == entries[index - 1].hash {
            let (one, other) = (entries[index - 1].name, entries[index].name)
            guard !Self.isSame(one, other, in: reader) else {
                throw JSONError(.duplicateKey, at: max(one.start, other.start) - 1)
            }
        }
    }

    /// Compares texts, not spellings: `"a"` and `"\u0061"` are one name.
    private static func isSame(
        _ one: JSONReader.StringToken, _ other: JSONReader.StringToken, in reader: borrowing JSONReader
    ) -> Bool {
        if one.isEscaped || other.isEscaped { return reader.unescaped(one) == reader.unescaped(other) }
        return reader.slice(one.start, one.end).elementsEqual(reader.slice(other.start, other.end))
    }

    @inline(never)
    private static func hashUnescaped(_ name: JSONReader.StringToken, in reader: borrowing JSONReader) -> UInt64 {
        reader.unescaped(name).withUnsafeBytes { hash(JSONReader($0), 0, $0.count) }
    }

    /// Mixes the length with the first and the last eight bytes; it need not be good, because names with equal hashes
    /// are always compared.
    @inline(__always)
    private static func hash(_ reader: borrowing JSONReader, _ start: Int, _ end: Int) -> UInt64 {
        let length = end - start
        var first: UInt64 = 0
        var last: UInt64 = 0
        if length >= 8 {
            first = reader.word(at: start) ?? 0
            last = reader.word(at: end - 8) ?? 0
        } else if let word = reader.word(at: start) {
            first = word & ((1 << UInt64(length * 8)) - 1)
        } else {
            for index in (start..<end).reversed() { first = first << 8 | UInt64(reader.byte(at: index)) }
        }
        let mixed = (first ^ UInt64(length)) &* 0x9E37_79B9_7F4A_7C15 ^ (last &* 0xC2B2_AE3D_27D4_EB4F)
        return (mixed ^ mixed >> 29) &* 0xBF58_476D_1CE4_E5B9
    }
}
