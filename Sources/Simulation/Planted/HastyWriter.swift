import FHIR
import PDex
import Synchronization

/// Moves watermarks when a run begins instead of when its data is staged.
final class HastyWriter: RelayedWriter {
    private let memory: PlantedMemory

    init(_ writer: any StoreWriter, _ memory: PlantedMemory) {
        self.memory = memory
        super.init(writer)
    }

    override func open(_ run: Run) throws {
        try super.open(run)
        let marks = memory.state.withLock { $0.marks }
        for mark in marks {
            if let patient = mark.patient {
                try super.setWatermark(memory.host.now, of: patient, source: mark.source, scope: mark.scope)
            } else {
                try super.setWatermark(memory.host.now, source: mark.source, scope: mark.scope)
            }
        }
    }

    override func setWatermark(_ instant: Instant, source: String, scope: String) throws {
        try super.setWatermark(instant, source: source, scope: scope)
        if source == "clinic0" { memory.state.withLock { $0.marks.append((source, scope, nil)) } }
    }

    override func setWatermark(_ instant: Instant, of patient: ResourceKey, source: String, scope: String) throws {
        try super.setWatermark(instant, of: patient, source: source, scope: scope)
        memory.state.withLock { $0.marks.append((source, scope, patient)) }
    }
}
