import FHIR
import PDex
import Synchronization

/// What the expressions of mappings may find behind references: what of the same member may travel, and shared
/// resources. Another member's resources are never found, nor what consent or the job holds back.
///
/// Expressions are pure. What they ask for is noted, and read when they are done; then the mapping is asked again.
final class MappingReferences: Sendable {
    private struct State {
        var found: [String: Resource?] = [:]
        var wanted: Set<String> = []
    }

    private let state = Mutex(State())
    private let own: @Sendable (ResourceKey, any StoreReader) throws -> Resource?
    private let stager: Stager

    /// Kept at most; then forgotten and read again.
    private static let mostKept = 4096

    /// `own` finds what of the member may be seen; without it only shared resources are found.
    init(
        _ stager: Stager, own: @escaping @Sendable (ResourceKey, any StoreReader) throws -> Resource? = { _, _ in nil }
    ) {
        self.stager = stager
        self.own = own
    }

    /// The resource behind a reference, as the clinic has it; nil, too, as long as it has not been read.
    func resource(_ reference: String) -> Resource? {
        state.withLock { state in
            if let known = state.found[reference] { return known }
            state.wanted.insert(reference)
            return nil
        }
    }

    /// Reads what was asked for; false when there was nothing new.
    func read(_ reader: any StoreReader) throws -> Bool {
        let wanted = state.withLock { state in
            defer { state.wanted = [] }
            return state.wanted
        }
        guard !wanted.isEmpty else { return false }
        var read: [String: Resource?] = [:]
        for reference in wanted.sorted() { read[reference] = .some(try target(of: reference, reader)) }
        let found = read
        state.withLock { state in
            if state.found.count > Self.mostKept { state.found = [:] }
            state.found.merge(found) { _, new in new }
        }
        return true
    }

    private func target(of reference: String, _ reader: any StoreReader) throws -> Resource? {
        let resolution = ReferenceResolution(reference, stager: stager)
        guard let key = try resolution.key(reader, stager: stager) else { return nil }
        if !resolution.isShared { return try own(key, reader) }
        guard let staged = try reader.staged(key) else { return nil }
        return try? Resource(parsing: staged.bytes)
    }
}
