import PDex

/// Overlooks one thing that should prevent a delivery.
final class HeedlessReader: RelayedReader {
    private let memory: PlantedMemory

    init(_ reader: any StoreReader, _ memory: PlantedMemory) {
        self.memory = memory
        super.init(reader)
    }

    override func memberLink(of patient: ResourceKey, _ route: Route) throws -> MemberLink? {
        memory.bug == .unlinkUnheeded ? nil : try super.memberLink(of: patient, route)
    }

    override func care(of patient: ResourceKey) throws -> [StagedCare] {
        let care = try super.care(of: patient)
        return memory.bug == .denialUnheeded ? care.filter { $0.type != "Consent" } : care
    }

    /// The exchange as if it had not been taken back.
    override func exchange(_ id: String) throws -> Exchange? {
        var exchange = try super.exchange(id)
        if memory.bug == .cancelUnheeded, exchange?.state == .cancelled { exchange?.state = .submitted }
        return exchange
    }
}
