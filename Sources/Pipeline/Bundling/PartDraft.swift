/// A part while it is packed: its nodes, and its size including their Provenance.
struct PartDraft {
    /// The entries and bytes of a part.
    struct Size {
        var entries: Int
        var bytes: Int
    }

    /// The nodes, in the order in which they were added.
    private(set) var nodes: [Int] = []
    private var size: Size
    private var isThere: [Bool]
    private var isTold: [Bool]
    private let graph: MemberGraph
    private let authorship: Authorship

    /// A target line of a Provenance and the comma after an entry.
    private static let bytesPerTarget = 120
    /// A Provenance of origin without its agents and targets.
    private static let bytesPerOrigin = 1536
    /// An agent, and the party for whom they act.
    private static let bytesPerAgent = 400

    /// A part without nodes, with the `entries` and `bytes` that every part has.
    init(_ graph: MemberGraph, _ authorship: Authorship, entries: Int, bytes: Int) {
        self.graph = graph
        self.authorship = authorship
        size = Size(entries: entries, bytes: bytes)
        isThere = Array(repeating: false, count: graph.nodes.count)
        isTold = Array(repeating: false, count: authorship.count)
    }

    /// The size once those nodes are added.
    func with(_ closure: [Int]) -> Size {
        var size = size
        var told: Set<Int> = []
        for node in closure where !isThere[node] {
            size.entries += 1
            size.bytes += weight(of: node)
            guard let group = authorship.groups[node], !isTold[group], told.insert(group).inserted else { continue }
            size.entries += 1
            size.bytes += Self.bytesPerOrigin + (2 + authorship.byline(of: group).authors.count) * Self.bytesPerAgent
        }
        return size
    }

    /// Adds the nodes that are not there yet.
    mutating func insert(_ closure: [Int]) {
        size = with(closure)
        for node in closure where !isThere[node] {
            isThere[node] = true
            nodes.append(node)
            if let group = authorship.groups[node] { isTold[group] = true }
        }
    }

    /// The bytes of an entry, and of its mention in each Provenance: ours of the exchange and of its origin, and the
    /// clinic's.
    private func weight(of node: Int) -> Int {
        let source = graph.nodes[node].origin?.reference.utf8.count ?? 0
        return graph.nodes[node].entry.count + (3 + graph.witnesses(of: node)) * Self.bytesPerTarget + source
    }
}
