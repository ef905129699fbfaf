import PDex
import Synchronization

/// Believes what was read before the transaction began.
final class StaleWriter: RelayedWriter {
    private let memory: PlantedMemory

    init(_ writer: any StoreWriter, _ memory: PlantedMemory) {
        self.memory = memory
        super.init(writer)
    }

    override func unfinishedRun(ofJob job: String) throws -> Run? {
        memory.state.withLock { $0.unfinished }
    }
}
