import PDex

/// The keys of a payer's records that came, in memory that does not grow with their number: a staged record that is not
/// among them is gone.
struct SeenRecords: Sendable {
    private var keys: SortedSpill<Int64>
    /// How many records of each type came.
    private(set) var counts: [String: Int] = [:]

    init(holding most: Int = 1 << 17) {
        keys = SortedSpill(holding: most)
    }

    /// Notes a record; repeating it is harmless.
    mutating func insert(_ key: ResourceKey, _ type: String) throws {
        counts[type, default: 0] += 1
        try keys.append(key.bits)
    }

    /// All keys at once, for lookups in any order.
    func all() throws -> Set<ResourceKey> {
        var all: Set<ResourceKey> = []
        var sorted = try keys.sorted()
        while let bits = try sorted.next() { all.insert(ResourceKey(bits: bits)) }
        return all
    }

    /// Finds keys that are not among them, given in ascending order, page by page.
    func absences() throws -> Absences { Absences(sorted: try keys.sorted()) }

    /// Goes through the keys that came in parallel with those that are staged.
    struct Absences {
        fileprivate var sorted: SortedSpill<Int64>.Cursor

        /// The keys of the page that did not come; each page must follow the one before.
        mutating func among(_ page: [ResourceKey]) throws -> [ResourceKey] {
            var gone: [ResourceKey] = []
            for key in page {
                while let bits = sorted.peek, bits < key.bits { _ = try sorted.next() }
                if sorted.peek != key.bits { gone.append(key) }
            }
            return gone
        }
    }
}
