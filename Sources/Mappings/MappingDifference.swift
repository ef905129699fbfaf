/// How two mapping sets differ: by mapping file, and within a file by line.
public struct MappingDifference: Sendable {
    /// A line that only one of the sets has.
    public struct Line: Sendable, Hashable {
        /// The mapping file, without `.yaml`.
        public let mapping: String
        /// Whether only the second set has it.
        public let isAdded: Bool
        /// The key that it is under, such as `keep`.
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

    /// Where both have the same things in a different order that matters: the mappings of a resource type, which are
    /// tried in turn, or lines under a key of a mapping file, which work one after another.
    public let reordered: [Reordering]

    /// Something whose order differs in the second set.
    public struct Reordering: Sendable, Hashable {
        /// The mapping file, without `.yaml`; nil when the order of whole mappings differs.
        public let mapping: String?
        /// The resource type, or the key such as `set`.
        public let what: String
    }

    /// Whether both sets do the same thing.
    public var isEmpty: Bool { removed.isEmpty && added.isEmpty && lines.isEmpty && reordered.isEmpty }

    /// Compares two sets with all that they extend. The order of mappings matters, since the first that wants a
    /// resource maps it; so does that of `translate` and `set`, which see the results of those before them.
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
        reordered =
            Self.types(in: first, otherwise: second)
            + old.keys.sorted().flatMap { name -> [Reordering] in
                guard let before = old[name], let after = new[name] else { return [] }
                return ["translate", "set"].filter { verb in
                    Self.isReordered(Self.texts(verb, of: before), Self.texts(verb, of: after))
                }.map { Reordering(mapping: name, what: $0) }
            }
    }

    /// The types whose mappings are tried in a different order.
    private static func types(in first: MappingSet, otherwise second: MappingSet) -> [Reordering] {
        func names(_ set: MappingSet) -> [String: [String]] {
            Dictionary(grouping: set.mappings, by: \.sourceType).mapValues { $0.map(\.fileName) }
        }
        let (old, new) = (names(first), names(second))
        return old.keys.sorted().filter { isReordered(old[$0] ?? [], new[$0] ?? []) }.map {
            Reordering(mapping: nil, what: $0)
        }
    }

    private static func texts(_ verb: String, of mapping: ResourceMapping) -> [String] {
        mapping.statements.filter { $0.verb == verb }.map(\.text)
    }

    /// Whether the elements that both lists have are in a different order.
    private static func isReordered(_ one: [String], _ two: [String]) -> Bool {
        one.filter(Set(two).contains) != two.filter(Set(one).contains)
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
