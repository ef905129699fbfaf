import FHIR
import PDex

/// Packs what is new into parts: whole visits, limited by entries and bytes, each part complete in itself (PB-07).
struct BundlePacker: Sendable {
    let delivery: ExchangeTerms.Delivery
    /// What the payer was found to take: a part is closed there, but a single graph may be larger.
    var found: (entries: Int, bytes: Int)?
    /// The nodes that every part begins with: the transmitter and what it refers to.
    let first: [ResourceKey]
    /// What every part carries besides: the Provenance, and a transmitter that is no node.
    let fixedEntries: Int
    let fixedBytes: Int

    /// A target line of the Provenance and the comma after an entry.
    private static let bytesPerTarget = 120

    /// The parts, each a list of nodes without repetition; `isNew` tells what the payer does not hold yet.
    func parts(of graph: MemberGraph, isNew: (GraphNode) -> Bool) throws -> [[ResourceKey]] {
        let start = fixedBytes + weight(first, graph)
        var parts: [[ResourceKey]] = []
        var part = first
        var members = Set(first)
        var bytes = start
        for seed in seeds(of: graph, isNew: isNew) {
            let closure = graph.closure(of: seed)
            var added = closure.filter { !members.contains($0) }
            if part.count > first.count, isTooMuch(members.count + added.count, bytes + weight(added, graph)) {
                parts.append(part)
                (part, members, bytes) = (first, Set(first), start)
                added = closure.filter { !members.contains($0) }
            }
            let size = weight(added, graph)
            guard fits(members.count + added.count, bytes + size) else {
                throw Fault(
                    .bundleTooLarge, .park,
                    "one resource and what it refers to need \(members.count + added.count) entries "
                        + "and \(bytes + size) bytes",
                    hint: "raise deliver.max-entries or deliver.max-size to what the payer really takes")
            }
            part += added
            members.formUnion(added)
            bytes += size
        }
        if part.count > first.count { parts.append(part) }
        return parts
    }

    /// The member's own nodes, visit by visit, of every visit in which something is new.
    private func seeds(of graph: MemberGraph, isNew: (GraphNode) -> Bool) -> [ResourceKey] {
        var visits: [ResourceKey] = []
        var seeds: [ResourceKey: [ResourceKey]] = [:]
        for key in graph.own where key != graph.patient {
            // What belongs to no visit is a graph of the member's own.
            let visit = graph.visits[key].flatMap { graph.nodes[$0] == nil ? nil : $0 }
            let root = visit ?? (graph.visits[key] == nil && isVisit(key, graph) ? key : graph.patient)
            if seeds[root] == nil { visits.append(root) }
            seeds[root, default: []].append(key)
        }
        let dirty = visits.filter { root in
            (seeds[root] ?? []).contains { seed in
                graph.closure(of: seed).contains { key in
                    guard key != graph.patient, let node = graph.nodes[key] else { return false }
                    return !graph.isOfPatientAlone(node) && isNew(node)
                }
            }
        }
        let chosen = dirty.flatMap { seeds[$0] ?? [] }
        guard chosen.isEmpty, !graph.own.dropFirst().isEmpty else { return chosen }
        let ofPatient = [graph.patient] + (graph.witnesses[graph.patient] ?? [])
        return ofPatient.compactMap { graph.nodes[$0] }.contains(where: isNew) ? [graph.patient] : []
    }

    private func isVisit(_ key: ResourceKey, _ graph: MemberGraph) -> Bool {
        graph.nodes[key]?.location.hasPrefix("Encounter/") ?? false
    }

    private func isTooMuch(_ count: Int, _ bytes: Int) -> Bool {
        guard fits(count, bytes) else { return true }
        return found.map { count + fixedEntries > $0.entries || bytes > $0.bytes } ?? false
    }

    private func fits(_ count: Int, _ bytes: Int) -> Bool {
        count + fixedEntries <= delivery.maxEntries && bytes <= delivery.maxBytes
    }

    private func weight(_ keys: [ResourceKey], _ graph: MemberGraph) -> Int {
        // Our own Provenance names it, and so does each of the clinic's.
        keys.reduce(0) { sum, key in
            let lines = 1 + (graph.witnesses[key]?.count ?? 0)
            return sum + (graph.nodes[key]?.entry.count ?? 0) + lines * Self.bytesPerTarget
        }
    }
}
