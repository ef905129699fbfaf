public import Mappings
public import PDex
import Synchronization

/// Mapping sets, each read from its folder once: tests that only need one do not parse its YAML again.
public enum LoadedMappings {
    private static let loaded = Mutex<[String: MappingSet]>([:])

    /// The set in `directory`. Throws what reading it throws.
    public static func set(in directory: String, digests: Digests) throws -> MappingSet {
        if let known = loaded.withLock({ $0[directory] }) { return known }
        let set = try MappingSet.load(directory: directory, digests: digests)
        loaded.withLock { $0[directory] = set }
        return set
    }
}
