import FHIR
import PDex

/// A member's mapped resources and the shared ones they refer to, as nodes ready for packing.
struct MemberGraph: Sendable {
    let patient: ResourceKey
    /// The member's own nodes, ordered by key.
    let own: [ResourceKey]
    /// Whether there is something to send: a Patient is sent alone only to tell a payer that has it which Patient took
    /// its place.
    let isWorthSending: Bool
    /// The visit of each node that has one.
    let visits: [ResourceKey: ResourceKey]
    /// The nodes; other code refers to them by their indices here, since keys cost hashing.
    private(set) var nodes: [GraphNode] = []
    /// The nodes to which each node leads: its references, and its Provenance.
    private(set) var links: [[Int]] = []
    private var numbers: [ResourceKey: Int] = [:]
    /// The clinic's Provenance of each of the member's nodes; for the Patient, only those with no other target.
    private var witnesses: [ResourceKey: [ResourceKey]] = [:]

    /// Wires the graph; `transmitter` is a shared resource that every part carries, with what it refers to.
    init(
        _ mapped: MappedExchange, transmitter: ResourceKey?, stager: Stager, writer: EntryWriter,
        shared: SharedResources,
        _ reader: any StoreReader
    ) throws {
        patient = mapped.patient.staged.key
        let all = [mapped.patient] + mapped.resources
        own = all.map(\.staged.key)
        let matched = mapped.permitted.matched
        isWorthSending = all.count > 1 || matched.survivor?.isNews == true
        let locations = Dictionary(zip(own, all.map(\.location)), uniquingKeysWith: { first, _ in first })
        let permitted = mapped.permitted.resources
        visits = Dictionary(
            permitted.compactMap { item in item.encounter.map { (item.staged.key, $0) } },
            uniquingKeysWith: { first, _ in first })
        var targets = MemberTargets(
            mapped, locations: locations, stager: stager, shared: shared, terms: writer.terms)
        let compartment = targets.compartment
        func target(_ element: ReferenceElement) throws -> EntryWriter.Target {
            try targets.target(of: element, reader)
        }
        for item in all {
            let isPatient = item.staged.key == patient
            put(
                try writer.node(
                    item, isShared: false, alsoKnownAs: isPatient ? matched.identifier : nil,
                    replacedBy: isPatient ? matched.survivor : nil, target: target))
        }
        let testimony = TestimonyWriter(
            writer: writer, stager: stager,
            compartment: compartment, locations: locations,
            visits: visits, patient: patient, shared: shared)
        for item in mapped.provenance { add(try testimony.node(item, reader, target: target)) }
        try addShared(transmitter, shared, reader)
        links = nodes.map { node in
            (node.references + (witnesses[node.key] ?? [])).compactMap { numbers[$0] }
        }
    }

    /// The index of the node with a key; nil when there is none.
    func number(of key: ResourceKey) -> Int? { numbers[key] }

    /// How many of the clinic's Provenance name a node.
    func witnesses(of node: Int) -> Int { witnesses[nodes[node].key]?.count ?? 0 }

    /// The clinic's Provenance of the Patient alone.
    var witnessesOfPatient: [Int] { (witnesses[patient] ?? []).compactMap { numbers[$0] } }

    /// Of two nodes with the same key, the later one stays.
    private mutating func put(_ node: GraphNode) {
        if let number = numbers[node.key] {
            nodes[number] = node
        } else {
            numbers[node.key] = nodes.count
            nodes.append(node)
        }
    }

    private mutating func add(_ witness: GraphNode?) {
        guard let witness, let testimony = witness.testimony else { return }
        put(witness)
        for key in testimony.own where key != patient || testimony.own.count == 1 {
            witnesses[key, default: []].append(witness.key)
        }
    }

    /// Whether a node is a Provenance of the Patient alone.
    func isOfPatientAlone(_ node: GraphNode) -> Bool { node.testimony?.own == [patient] }

    private mutating func addShared(
        _ transmitter: ResourceKey?, _ shared: SharedResources, _ reader: any StoreReader
    ) throws {
        var open = nodes.flatMap(\.references).filter { numbers[$0] == nil }
        if let transmitter { open.append(transmitter) }
        while let key = open.popLast() {
            guard numbers[key] == nil, let node = try shared.node(key, reader) else { continue }
            put(node)
            open += node.references
        }
    }
}
