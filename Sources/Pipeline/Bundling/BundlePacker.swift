import FHIR
import PDex

/// Packs what is new into parts: whole visits, limited by entries and bytes, each part complete in itself (PB-07).
struct BundlePacker {
    let delivery: ExchangeTerms.Delivery
    /// What the payer was found to take: a part is closed there, but a single graph may be larger.
    let found: (entries: Int, bytes: Int)?
    /// What every part carries besides: the Provenance, and a transmitter that is no node.
    let fixedEntries: Int
    let fixedBytes: Int
    private let graph: MemberGraph
    private var walk: GraphWalk
    /// The nodes that every part begins with: the transmitter and what it refers to.
    private let first: [Int]

    /// A target line of the Provenance and the comma after an entry.
    private static let bytesPerTarget = 120

    init(
        _ graph: MemberGraph, delivery: ExchangeTerms.Delivery, found: (entries: Int, bytes: Int)?,
        transmitter: Int?, fixedEntries: Int, fixedBytes: Int
    ) {
        self.graph = graph
        self.delivery = delivery
        self.found = found
        self.fixedEntries = fixedEntries
        self.fixedBytes = fixedBytes
        var walk = GraphWalk(graph.links)
        first = transmitter.map { walk.closure(of: $0) } ?? []
        self.walk = walk
    }

    /// The parts, each a list of nodes without repetition; `isNew` tells what the payer does not hold yet.
    mutating func parts(isNew: (GraphNode) -> Bool) throws -> [[GraphNode]] {
        let start = fixedBytes + weight(first)
        var parts: [[Int]] = []
        var part = first
        var members = PartMembers(of: graph.nodes.count, first)
        var bytes = start
        for seed in seeds(isNew: isNew) {
            let closure = walk.closure(of: seed)
            var added = closure.filter { !members.contains($0) }
            if part.count > first.count, isTooMuch(part.count + added.count, bytes + weight(added)) {
                parts.append(part)
                (part, members, bytes) = (first, PartMembers(of: graph.nodes.count, first), start)
                added = closure.filter { !members.contains($0) }
            }
            let size = weight(added)
            guard fits(part.count + added.count, bytes + size) else {
                throw Fault(
                    .bundleTooLarge, .park,
                    "one resource and what it refers to need \(part.count + added.count) entries "
                        + "and \(bytes + size) bytes",
                    hint: "raise deliver.max-entries or deliver.max-size to what the payer really takes")
            }
            part += added
            members.insert(added)
            bytes += size
        }
        if part.count > first.count { parts.append(part) }
        return parts.map { $0.map { graph.nodes[$0] } }
    }

    /// The member's own nodes, visit by visit, of every visit in which something is new.
    private mutating func seeds(isNew: (GraphNode) -> Bool) -> [Int] {
        let patient = graph.number(of: graph.patient)
        var visits: [Int?] = []
        var seeds: [Int?: [Int]] = [:]
        for key in graph.own where key != graph.patient {
            guard let seed = graph.number(of: key) else { continue }
            // What belongs to no visit is a graph of the member's own.
            let isVisit = graph.visits[key] == nil && graph.nodes[seed].location.hasPrefix("Encounter/")
            let root = graph.visits[key].flatMap(graph.number) ?? (isVisit ? seed : patient)
            if seeds[root] == nil { visits.append(root) }
            seeds[root, default: []].append(seed)
        }
        let candidates = graph.nodes.map { node in
            node.key != graph.patient && !graph.isOfPatientAlone(node) && isNew(node)
        }
        var chosen: [Int] = []
        for visit in visits {
            let visitSeeds = seeds[visit] ?? []
            if visitSeeds.contains(where: { walk.closure(of: $0).contains { candidates[$0] } }) { chosen += visitSeeds }
        }
        guard chosen.isEmpty, !graph.own.dropFirst().isEmpty, let patient else { return chosen }
        let ofPatient = [patient] + graph.witnessesOfPatient
        return ofPatient.contains { isNew(graph.nodes[$0]) } ? [patient] : []
    }

    private func isTooMuch(_ count: Int, _ bytes: Int) -> Bool {
        guard fits(count, bytes) else { return true }
        return found.map { count + fixedEntries > $0.entries || bytes > $0.bytes } ?? false
    }

    private func fits(_ count: Int, _ bytes: Int) -> Bool {
        count + fixedEntries <= delivery.maxEntries && bytes <= delivery.maxBytes
    }

    private func weight(_ nodes: [Int]) -> Int {
        // Our own Provenance names it, and so does each of the clinic's.
        nodes.reduce(0) { sum, node in
            sum + graph.nodes[node].entry.count + (1 + graph.witnesses(of: node)) * Self.bytesPerTarget
        }
    }
}

/// Which nodes are in a part.
private struct PartMembers {
    private var isThere: [Bool]

    init(of count: Int, _ first: [Int]) {
        isThere = Array(repeating: false, count: count)
        insert(first)
    }

    func contains(_ node: Int) -> Bool { isThere[node] }

    mutating func insert(_ nodes: [Int]) {
        for node in nodes { isThere[node] = true }
    }
}
