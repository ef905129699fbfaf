import FHIR
import PDex
import Synchronization

/// Practitioners, places and organizations, mapped once a run and used in many bundles.
final class SharedResources: Sendable {
    private let stager: Stager
    private let mapper: MapResources
    private let writer: EntryWriter
    /// nil: staged but cannot be mapped, or not staged at all.
    private let finished = Mutex<[ResourceKey: GraphNode?]>([:])

    /// Kept at most; then forgotten and made again, so that memory does not grow with the clinic.
    private static let mostKept = 4096

    init(stager: Stager, mapper: MapResources, writer: EntryWriter) {
        self.stager = stager
        self.mapper = mapper
        self.writer = writer
    }

    /// The node of a shared resource; nil when it cannot travel.
    func node(_ key: ResourceKey, _ reader: any StoreReader) throws -> GraphNode? {
        var open: Set<ResourceKey> = []
        return try node(key, reader, open: &open)
    }

    private func node(_ key: ResourceKey, _ reader: any StoreReader, open: inout Set<ResourceKey>) throws -> GraphNode?
    {
        if let known = finished.withLock({ $0[key] }) { return known }
        let made = try make(key, reader, open: &open)
        finished.withLock { kept in
            if kept.count >= Self.mostKept { kept.removeAll(keepingCapacity: true) }
            kept[key] = .some(made)
        }
        return made
    }

    private func make(_ key: ResourceKey, _ reader: any StoreReader, open: inout Set<ResourceKey>) throws -> GraphNode?
    {
        guard let staged = try reader.staged(key), let resource = try? Resource(parsing: staged.bytes),
            let mapped = try mapped(staged, resource)
        else { return nil }
        open.insert(key)
        defer { open.remove(key) }
        return try writer.node(mapped, isShared: true) { text in
            try target(of: text, reader, open: &open)
        }
    }

    /// The resource as it may travel; what does not conform holds the exchange where the payer wants that.
    private func mapped(_ staged: StagedResource, _ resource: Resource) throws -> MappedResource? {
        switch mapper.map(staged, resource) {
        case .success(let mapped): return mapped
        case .failure(let reason) where reason.code == .conformanceInvalid && mapper.gate.policy.onInvalid == .hold:
            throw ConformanceGate.fault(reason.why)
        case .failure: return nil
        }
    }

    /// Where a reference of a shared resource leads; cycles end at what is already being made.
    private func target(
        of text: String, _ reader: any StoreReader, open: inout Set<ResourceKey>
    ) throws -> EntryWriter.Target {
        let resolution = ReferenceResolution(text, stager: stager)
        guard let key = try resolution.key(reader, stager: stager), resolution.isShared else {
            return resolution.unresolved(writer.terms)
        }
        if open.contains(key), let staged = try reader.staged(key) {
            return .node(key, location: writer.location(type: staged.type, id: staged.id))
        }
        guard let node = try node(key, reader, open: &open) else { return resolution.unresolved(writer.terms) }
        return .node(key, location: node.location)
    }
}
