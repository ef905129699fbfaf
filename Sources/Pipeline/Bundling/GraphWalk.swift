/// Walks a graph from nodes to all that they lead to, each walk once.
struct GraphWalk {
    private let links: [[Int]]
    private var found: [[Int]?]
    /// The walk in which each node was seen last.
    private var seen: [Int]
    private var walk = 0

    init(_ links: [[Int]]) {
        self.links = links
        found = Array(repeating: nil, count: links.count)
        seen = Array(repeating: 0, count: links.count)
    }

    /// The node, and everything that it leads to, directly and not; itself first.
    mutating func closure(of node: Int) -> [Int] {
        if let known = found[node] { return known }
        walk += 1
        var order: [Int] = []
        var open = [node]
        while let next = open.popLast() {
            guard seen[next] != walk else { continue }
            seen[next] = walk
            order.append(next)
            open += links[next].reversed()
        }
        found[node] = order
        return order
    }
}
