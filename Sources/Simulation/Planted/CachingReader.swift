import PDex
import Synchronization

/// Keeps returning the first version it read of a member's records of one type, and of the coverage facts.
final class CachingReader: RelayedReader {
    private let memory: PlantedMemory
    private let type: String

    init(_ reader: any StoreReader, _ memory: PlantedMemory, type: String) {
        self.memory = memory
        self.type = type
        super.init(reader)
    }

    override func compartment(of patient: ResourceKey) throws -> [StagedResource] {
        let read = try super.compartment(of: patient)
        let own = read.filter { $0.type == type }
        let known = memory.state.withLock { state in
            if state.compartments[patient] == nil, !own.isEmpty { state.compartments[patient] = own }
            return state.compartments[patient] ?? own
        }
        return read.filter { $0.type != type } + known
    }

    override func facts(of person: ResourceKey) throws -> PersonFacts? {
        let read = try super.facts(of: person)
        guard type == "Coverage" else { return read }
        return memory.state.withLock { state in
            if state.facts[person] == nil { state.facts[person] = read }
            return state.facts[person]
        }
    }
}
