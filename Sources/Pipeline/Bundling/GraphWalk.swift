/// Walks a graph from nodes to everything that they lead to, each walk once.
struct GraphWalk {
    private let links: [[Int]]
    private var found: [[Int]?]
    /// The latest walk in which each node was seen.
    private var seen: [Int]
    private var walk = 0

    init(_ links: [[Int]]) {
        self.links = links
        found = Array(repeating: nil, count: links.count)
        seen = Array(repeating: 0, count: links.count)
    }

    /// The node itself, followed by everything that it leads to, directly or indirectly.
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
