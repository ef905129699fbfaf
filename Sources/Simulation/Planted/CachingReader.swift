import PDex
import Synchronization

/// Remembers what it once read of a member's consent.
final class CachingReader: RelayedReader {
    private let memory: PlantedMemory

    init(_ reader: any StoreReader, _ memory: PlantedMemory) {
        self.memory = memory
        super.init(reader)
    }

    override func compartment(of patient: ResourceKey) throws -> [StagedResource] {
        if let known = memory.state.withLock({ $0.compartments[patient] }) { return known }
        let read = try super.compartment(of: patient)
        if read.contains(where: { $0.type == "Consent" }) {
            memory.state.withLock { $0.compartments[patient] = read }
        }
        return read
    }
}
