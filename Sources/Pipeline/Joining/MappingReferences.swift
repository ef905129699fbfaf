import FHIR
import PDex
import Synchronization

/// The resources that mapping expressions may reach through references: those of the same member that may be sent, and
/// shared ones. Never another member's, nor any that consent or the job withholds.
///
/// Expressions are pure. Resources they ask for are noted, and read when they are done; then the mapping runs again.
final class MappingReferences: Sendable {
    private struct State {
        var found: [String: Resource?] = [:]
        var wanted: Set<String> = []
    }

    private let state = Mutex(State())
    private let own: @Sendable (ResourceKey, any StoreReader) throws -> Resource?
    private let stager: Stager

    /// Most resources kept; beyond that they are forgotten and read again.
    private static let mostKept = 4096

    /// `own` finds those of the member's resources that may be seen; by default only shared resources are found.
    init(
        _ stager: Stager, own: @escaping @Sendable (ResourceKey, any StoreReader) throws -> Resource? = { _, _ in nil }
    ) {
        self.stager = stager
        self.own = own
    }

    /// The resource behind a reference, as the clinic has it; also nil while it has not been read.
    func resource(_ reference: String) -> Resource? {
        state.withLock { state in
            if let known = state.found[reference] { return known }
            state.wanted.insert(reference)
            return nil
        }
    }

    /// Reads the resources that were asked for; false when there were no new ones.
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
