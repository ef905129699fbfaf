import FHIR
import PDex

/// Packs what is new into parts: whole visits, limited in entries and bytes, each part complete in itself (PB-07).
struct BundlePacker {
    let delivery: ExchangeTerms.Delivery
    /// What the payer turned out to accept: parts stop growing there, but a single graph may be larger.
    let found: (entries: Int, bytes: Int)?
    /// What every part also contains: the Provenance, and a transmitter that is not a node.
    let fixedEntries: Int
    let fixedBytes: Int
    private let graph: MemberGraph
    /// Which of our Provenance states the origin of which node; each is an entry of its own.
    private let authorship: Authorship
    private var walk: GraphWalk
    /// The nodes that every part begins with: the transmitter and what it refers to.
    private let first: [Int]

    init(
        _ graph: MemberGraph, _ authorship: Authorship, delivery: ExchangeTerms.Delivery,
        found: (entries: Int, bytes: Int)?,
        transmitter: Int?, fixedEntries: Int, fixedBytes: Int
    ) {
        self.graph = graph
        self.authorship = authorship
        self.delivery = delivery
        self.found = found
        self.fixedEntries = fixedEntries
        self.fixedBytes = fixedBytes
        var walk = GraphWalk(graph.links)
        first = transmitter.map { walk.closure(of: $0) } ?? []
        self.walk = walk
    }

    /// The parts, each a list of distinct nodes; `isNew` says what the payer does not have yet.
    ///
    /// `byEntry` is for when parts are reduced again later: it packs not whole visits, but each node that leads to
    /// something new.
    mutating func parts(byEntry: Bool = false, isNew: (GraphNode) -> Bool) throws -> [[GraphNode]] {
        var parts: [[Int]] = []
        var part = empty
        for seed in seeds(byEntry: byEntry, isNew: isNew) {
            let closure = walk.closure(of: seed)
            if part.nodes.count > first.count, isTooMuch(part.with(closure)) {
                parts.append(part.nodes)
                part = empty
            }
            let next = part.with(closure)
            guard fits(next) else {
                throw Fault(
                    .bundleTooLarge, .park,
                    "one resource and what it refers to need \(next.entries) entries and \(next.bytes) bytes",
                    hint: "raise deliver.max-entries or deliver.max-size to what the payer really takes")
            }
            part.insert(closure)
        }
        if part.nodes.count > first.count { parts.append(part.nodes) }
        return parts.map { $0.map { graph.nodes[$0] } }
    }

    private var empty: PartDraft {
        var part = PartDraft(graph, authorship, entries: fixedEntries, bytes: fixedBytes)
        part.insert(first)
        return part
    }

    /// The member's own nodes, visit by visit, of every visit in which something is new; by entry, the nodes that are
    /// new or lead to new ones.
    private mutating func seeds(byEntry: Bool, isNew: (GraphNode) -> Bool) -> [Int] {
        let patient = graph.number(of: graph.patient)
        var visits: [Int?] = []
        var seeds: [Int?: [Int]] = [:]
        for key in graph.own where key != graph.patient {
            guard let seed = graph.number(of: key) else { continue }
            // Nodes that belong to no visit form a graph of the member's own.
            let isVisit = graph.visits[key] == nil && graph.nodes[seed].location.hasPrefix("Encounter/")
            let root = graph.visits[key].flatMap(graph.number) ?? (isVisit ? seed : patient)
            if seeds[root] == nil { visits.append(root) }
            seeds[root, default: []].append(seed)
        }
        if byEntry { return entries(of: visits.flatMap { seeds[$0] ?? [] }, isNew: isNew) }
        let candidates = graph.nodes.map { node in
            node.key != graph.patient && !graph.isOfPatientAlone(node) && isNew(node)
        }
        var chosen: [Int] = []
        for visit in visits {
            let visitSeeds = seeds[visit] ?? []
            if visitSeeds.contains(where: { walk.closure(of: $0).contains { candidates[$0] } }) { chosen += visitSeeds }
        }
        guard chosen.isEmpty, graph.isWorthSending, let patient else { return chosen }
        let ofPatient = [patient] + graph.witnessesOfPatient
        return ofPatient.contains { isNew(graph.nodes[$0]) } ? [patient] : []
    }

    /// Those of `seeds` that are new or lead to new nodes, in order; all of them if the sender is new.
    private mutating func entries(of seeds: [Int], isNew: (GraphNode) -> Bool) -> [Int] {
        let patient = graph.number(of: graph.patient).map { [$0] } ?? []
        if first.contains(where: { isNew(graph.nodes[$0]) }) { return seeds.isEmpty ? patient : seeds }
        let chosen = seeds.filter { walk.closure(of: $0).contains { isNew(graph.nodes[$0]) } }
        guard chosen.isEmpty else { return chosen }
        return patient.filter { walk.closure(of: $0).contains { isNew(graph.nodes[$0]) } }
    }

    private func isTooMuch(_ size: PartDraft.Size) -> Bool {
        guard fits(size) else { return true }
        return found.map { size.entries > $0.entries || size.bytes > $0.bytes } ?? false
    }

    private func fits(_ size: PartDraft.Size) -> Bool {
        size.entries <= delivery.maxEntries && size.bytes <= delivery.maxBytes
    }
}
