import FHIR
import PDex

/// Step 5: packs mapped resources with Provenance into bundles that are complete in themselves.
struct MakeBundles: Sendable {
    /// The bundles of one exchange and what they hold.
    struct Made: Sendable {
        let bundles: [ExchangeBundle]
        /// Everything the payer holds once the bundles are acknowledged, shared resources included.
        let held: [GraphNode]
        /// The nodes that are in a bundle.
        let sent: Set<ResourceKey>
        /// `Type/id` of what stays as the payer acknowledged it, when only failed entries are sent.
        let staying: [ResourceKey: String]
    }

    let terms: ExchangeTerms
    let stager: Stager
    let writer: EntryWriter
    let shared: SharedResources
    let gate: ConformanceGate
    let provenance: ProvenanceWriter
    let limits: SizeLimits

    /// Bundles what is not in `known`, the payer's last acknowledged manifest; or, entry by entry, what is not in
    /// `taken`.
    func bundles(
        for mapped: MappedExchange, exchange: String, received: Instant, known: ExchangeManifest?,
        taken: TakenEntries? = nil, _ reader: any StoreReader
    ) throws -> Made {
        let staged = try provenance.stagedOrganization(reader)
        let graph = try MemberGraph(
            mapped, transmitter: staged, stager: stager, writer: writer, shared: shared, reader)
        let transmitter = staged.flatMap(graph.number).map { (number: $0, location: graph.nodes[$0].location) }
        let holds = Dictionary(
            (known?.entries ?? []).filter { $0.leftOut == nil }.map { ($0.key, $0.contentHash) },
            uniquingKeysWith: { first, _ in first })
        let organization =
            transmitter == nil && taken?.isThere(provenance.organizationLocation) != true
            ? [writer.entry(provenance.organization, location: provenance.organizationLocation)] : []
        let authorship = Authorship(of: graph, terms.provenance.detail)
        var packer = BundlePacker(
            graph, authorship, delivery: terms.delivery, found: limits.known, transmitter: transmitter?.number,
            fixedEntries: 1 + organization.count, fixedBytes: organization.reduce(2048) { $0 + $1.count })
        let wholes = try packer.parts(byEntry: taken != nil) { node in
            if let taken { return !taken.isThere(node) }
            // A Provenance of many visits changes with each of them: the others need not be sent again for that.
            if node.testimony?.isBroad == true { return holds[node.key] == nil }
            return holds[node.key] != node.contentHash
        }
        for whole in wholes { try gate.demandWhole(whole) }
        let parts = wholes.map { taken?.going(of: $0) ?? $0 }.filter { !$0.isEmpty }
        if transmitter == nil, !parts.isEmpty { try gate.demand(provenance.organization) }
        let who = transmitter?.location ?? provenance.organizationLocation
        let bundles = try parts.enumerated().map { index, all in
            let nodes = all.filter { $0.testimony == nil }
            let told = nodes.count == all.count ? [] : Set(all.map(\.key))
            let testimony = all.compactMap { node in
                node.testimony?.resource(among: told, at: node.location, provenance.identities)
            }
            let location = provenance.location(of: nodes)
            let witness = provenance.provenance(
                of: (organization.isEmpty ? [] : [who]) + nodes.map(\.location), by: who, location: location,
                exchange: exchange, received: received)
            try gate.demand(witness)
            let entries =
                organization + nodes.map(\.entry) + testimony.map { writer.entry($0.resource, location: $0.location) }
                + (try origins(of: nodes, graph, authorship, clinic: who, received: received))
                + [writer.entry(witness, location: location)]
            let bytes = bundle(entries, received: received)
            return ExchangeBundle(
                part: index + 1, entries: entries.count, bytes: bytes, digest: provenance.identities.hexDigest(bytes))
        }
        let sent = Set(parts.joined().map(\.key))
        let staying = taken.map { taken in graph.nodes.filter { !sent.contains($0.key) && taken.isThere($0) } } ?? []
        return Made(
            bundles: bundles, held: held(graph), sent: sent,
            staying: Dictionary(staying.map { ($0.key, $0.location) }) { first, _ in first })
    }

    /// The Provenance entries that say where the nodes of a part come from (PV-02).
    private func origins(
        of nodes: [GraphNode], _ graph: MemberGraph, _ authorship: Authorship, clinic: String, received: Instant
    ) throws -> [[UInt8]] {
        var order: [Int] = []
        var told: [Int: [GraphNode]] = [:]
        for node in nodes {
            guard let group = graph.number(of: node.key).flatMap({ authorship.groups[$0] }) else { continue }
            if told[group] == nil { order.append(group) }
            told[group, default: []].append(node)
        }
        return try order.map { group in
            let targets = told[group] ?? []
            let byline = authorship.byline(of: group)
            let location = provenance.originLocation(of: targets, by: byline)
            let origin = provenance.origin(
                of: targets, by: byline, clinic: clinic, location: location, received: received)
            try gate.demand(origin)
            return writer.entry(origin, location: location)
        }
    }

    /// What the graph holds; nothing when there is only a Patient, who is not sent alone.
    private func held(_ graph: MemberGraph) -> [GraphNode] {
        graph.isWorthSending ? graph.nodes : []
    }

    /// A Bundle of those entries.
    func bundle(_ entries: [[UInt8]], received: Instant) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.reduce(256) { $0 + $1.count + 1 })
        bytes += #"{"resourceType":"Bundle","type":"\#(terms.delivery.kind.bundleType)","timestamp":""#.utf8
        bytes += received.text.utf8
        bytes += #"","entry":["#.utf8
        for (index, entry) in entries.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += entry
        }
        bytes += "]}".utf8
        return bytes
    }
}
