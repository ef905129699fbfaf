/// How two mapping sets differ: by mapping file, and in it by line.
public struct MappingDifference: Sendable {
    /// A line that only one of the sets has.
    public struct Line: Sendable, Hashable {
        /// The mapping file, without `.yaml`.
        public let mapping: String
        /// Whether the second set has it, and not the first.
        public let isAdded: Bool
        /// The key it stands under, such as `keep`.
        public let verb: String
        /// What it says.
        public let text: String
        /// Where: `file:line`.
        public let place: String
    }

    /// Files that only the first set has.
    public let removed: [String]
    /// Files that only the second set has.
    public let added: [String]
    /// The lines that differ in files that both have.
    public let lines: [Line]

    /// Whether both sets do the same.
    public var isEmpty: Bool { removed.isEmpty && added.isEmpty && lines.isEmpty }

    /// Compares two sets with all that they extend; the order of lines under a key does not count.
    public init(from first: MappingSet, to second: MappingSet) {
        let (old, new) = (Self.byFile(first), Self.byFile(second))
        removed = old.keys.filter { new[$0] == nil }.sorted()
        added = new.keys.filter { old[$0] == nil }.sorted()
        lines = old.keys.sorted().flatMap { name -> [Line] in
            guard let before = old[name], let after = new[name] else { return [] }
            let (one, two) = (before.statements, after.statements)
            return Self.lines(name, one, without: two, isAdded: false)
                + Self.lines(name, two, without: one, isAdded: true)
        }
    }

    private static func byFile(_ set: MappingSet) -> [String: ResourceMapping] {
        Dictionary(set.mappings.map { ($0.fileName, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func lines(
        _ mapping: String, _ statements: [MappingStatement], without others: [MappingStatement], isAdded: Bool
    ) -> [Line] {
        let known = Set(others.map { [$0.verb, $0.text] })
        return statements.filter { !known.contains([$0.verb, $0.text]) }.map {
            Line(
                mapping: mapping, isAdded: isAdded, verb: $0.verb, text: $0.text, place: $0.place.description)
        }
    }
}
