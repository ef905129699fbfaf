import Conformance
import FHIR
import PDex
import Synchronization

/// Practitioners, places and organizations, mapped once per run and used in many bundles.
final class SharedResources: Sendable {
    private let stager: Stager
    private let mapper: MapResources
    private let writer: EntryWriter
    /// nil: it is staged but cannot be mapped, or it is not staged.
    private let finished = Mutex<[ResourceKey: GraphNode?]>([:])
    private let references: MappingReferences
    /// The gate's findings in some, and which resources that others refer to cannot be sent.
    private let losses = Mutex(SharedLosses())

    /// Most nodes kept; beyond that they are forgotten and made again, so that memory does not grow with the clinic.
    private static let mostKept = 4096

    init(stager: Stager, mapper: MapResources, writer: EntryWriter) {
        self.stager = stager
        self.mapper = mapper
        self.writer = writer
        references = MappingReferences(stager)
    }

    /// The node of a shared resource; nil when it cannot be sent.
    func node(_ key: ResourceKey, _ reader: any StoreReader) throws -> GraphNode? {
        var open: Set<ResourceKey> = []
        return try node(key, reader, open: &open)
    }

    private func node(_ key: ResourceKey, _ reader: any StoreReader, open: inout Set<ResourceKey>) throws -> GraphNode?
    {
        if let known = finished.withLock({ $0[key] }) { return known }
        let made = try make(key, reader, open: &open)
        finished.withLock { kept in
            if kept.count >= Self.mostKept {
                kept.removeAll(keepingCapacity: true)
                losses.withLock { $0 = SharedLosses() }
            }
            kept[key] = .some(made)
        }
        return made
    }

    private func make(_ key: ResourceKey, _ reader: any StoreReader, open: inout Set<ResourceKey>) throws -> GraphNode?
    {
        open.insert(key)
        defer { open.remove(key) }
        guard let staged = try reader.staged(key), let resource = try? Resource(parsing: staged.bytes),
            let mapped = try mapped(staged, resource, reader, open: &open)
        else { return nil }
        return try writer.node(mapped, isShared: true) { element in
            try target(of: element, from: key, reader, open: &open)
        }
    }

    /// The resource ready to be sent; one that does not conform holds the exchange if the payer wants that.
    private func mapped(
        _ staged: StagedResource, _ resource: Resource, _ reader: any StoreReader, open: inout Set<ResourceKey>
    ) throws -> MappedResource? {
        var result = try mapper.map(staged, resource, references, reader)
        if case .success(let mapped) = result, !mapped.isJudged {
            result = mapper.judged(mapped, among: try targets(of: mapped.json, reader, open: &open))
        }
        switch result {
        case .success(let mapped):
            if !mapped.remarks.isEmpty { losses.withLock { $0.remarks[staged.key] = mapped.remarks } }
            return mapped
        case .failure(let reason):
            let remarks = reason.remarks + [reason.refusal].compactMap(\.self)
            if !remarks.isEmpty { losses.withLock { $0.remarks[staged.key] = remarks } }
            guard reason.code == .conformanceInvalid, mapper.gate.policy.onInvalid == .hold else { return nil }
            throw ConformanceGate.fault(reason.why)
        }
    }

    /// The shared resources to which one refers, for the gate, except those still being made.
    private func targets(
        of resource: JSONObject, _ reader: any StoreReader, open: inout Set<ResourceKey>
    ) throws -> BundleIndex {
        var texts: [String] = []
        JSONValue.object(resource).forEachReference { texts.append($0) }
        var found: [String: JSONValue] = [:]
        for text in texts where found[text] == nil {
            let resolution = ReferenceResolution(text, stager: stager)
            guard resolution.isShared, let key = try resolution.key(reader, stager: stager), !open.contains(key) else {
                continue
            }
            found[text] = try node(key, reader, open: &open)?.resource
        }
        return BundleIndex(byReference: found)
    }

    /// Where a reference of a shared resource leads; cycles end at a resource that is already being made.
    private func target(
        of element: ReferenceElement, from owner: ResourceKey, _ reader: any StoreReader, open: inout Set<ResourceKey>
    ) throws -> EntryWriter.Target {
        let resolution = ReferenceResolution(element, stager: stager)
        // A resource shared by many must not name a patient.
        if resolution.isPatient { return .masked }
        guard let key = try resolution.key(reader, stager: stager), resolution.isShared else {
            return resolution.unresolved(writer.terms)
        }
        if open.contains(key), let staged = try reader.staged(key) {
            return .node(key, location: writer.location(type: staged.type, id: staged.id))
        }
        guard let node = try node(key, reader, open: &open) else {
            losses.withLock { $0.note(that: owner, misses: key) }
            return resolution.unresolved(writer.terms)
        }
        return .node(key, location: node.location)
    }

    /// The findings in the shared resources to which these refer, directly or indirectly: those are not sent, or are
    /// sent as they are if the payer's gate only reports.
    func remarks(on resources: [MappedResource], _ reader: any StoreReader) throws -> [GateRemark] {
        guard !losses.withLock(\.remarks.isEmpty) else { return [] }
        var open: [ResourceKey] = []
        for resource in resources {
            var texts: [String] = []
            JSONValue.object(resource.json).forEachReference { texts.append($0) }
            for text in texts {
                let resolution = ReferenceResolution(text, stager: stager)
                if resolution.isShared, let key = try resolution.key(reader, stager: stager) { open.append(key) }
            }
        }
        var found: [GateRemark] = []
        var seen: Set<ResourceKey> = []
        while let key = open.popLast() {
            guard seen.insert(key).inserted else { continue }
            let (remarks, missed) = losses.withLock { ($0.remarks[key] ?? [], $0.missed[key] ?? []) }
            found += remarks
            open += missed
            if let node = finished.withLock({ $0[key] }) { open += node?.references ?? [] }
        }
        return found
    }
}

/// The findings in shared resources, and who misses the ones that are not sent.
private struct SharedLosses {
    var remarks: [ResourceKey: [GateRemark]] = [:]
    var missed: [ResourceKey: Set<ResourceKey>] = [:]

    mutating func note(that owner: ResourceKey, misses key: ResourceKey) { missed[owner, default: []].insert(key) }
}
