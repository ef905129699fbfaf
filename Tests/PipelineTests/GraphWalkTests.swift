import SampleData
import Testing

@testable import Pipeline

@Suite("A walk through a graph")
struct GraphWalkTests {
    @Test("finds what a node leads to, each once and itself first", arguments: 1...60 as ClosedRange<UInt64>)
    func closure(seed: UInt64) {
        var random = SeededNumbers(seed: seed)
        let count = Int.random(in: 1...20, using: &random)
        let links = (0..<count).map { _ in
            (0..<Int.random(in: 0...3, using: &random)).map { _ in Int.random(in: 0..<count, using: &random) }
        }
        var walk = GraphWalk(links)

        for node in (0..<count) + (0..<count).reversed() {
            let found = walk.closure(of: node)

            #expect(found.first == node)
            #expect(found.count == Set(found).count)
            #expect(Set(found) == Self.reached(from: node, links))
        }
    }

    /// By adding until nothing is new.
    private static func reached(from node: Int, _ links: [[Int]]) -> Set<Int> {
        var reached: Set<Int> = [node]
        while true {
            let more = reached.union(reached.flatMap { links[$0] })
            if more == reached { return reached }
            reached = more
        }
    }
}
