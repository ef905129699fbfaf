import PDex

/// The keys of what came of a payer's records, in a memory that does not grow with them: what is staged and not among
/// them is gone.
struct SeenRecords: Sendable {
    private var keys: SortedSpill<Int64>
    /// How many of each type came.
    private(set) var counts: [String: Int] = [:]

    init(holding most: Int = 1 << 17) {
        keys = SortedSpill(holding: most)
    }

    /// Notes what came; once more does no harm.
    mutating func insert(_ key: ResourceKey, _ type: String) throws {
        counts[type, default: 0] += 1
        try keys.append(key.bits)
    }

    /// All of them at once: for what is asked of them in no order.
    func all() throws -> Set<ResourceKey> {
        var all: Set<ResourceKey> = []
        var sorted = try keys.sorted()
        while let bits = try sorted.next() { all.insert(ResourceKey(bits: bits)) }
        return all
    }

    /// Which of some keys are not among them, asked in ascending order, page by page.
    func absences() throws -> Absences { Absences(sorted: try keys.sorted()) }

    /// Goes through what came beside what is staged.
    struct Absences {
        fileprivate var sorted: SortedSpill<Int64>.Cursor

        /// Those of the page that did not come; each page lies behind the one before.
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
