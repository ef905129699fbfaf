import FHIR
import PDex
import Synchronization

/// Whether places, departments and drugs that visits refer to are sensitive: looked up once a run.
final class SharedSensitivity: Sendable {
    private let sensitivity: Sensitivity
    private let stager: Stager
    private let known = Mutex<[ReferenceElement: Sensitivity.Finding?]>([:])

    /// Kept at most; then forgotten and looked up again, so that memory does not grow with the clinic.
    private static let mostKept = 16_384

    init(sensitivity: Sensitivity, stager: Stager) {
        self.sensitivity = sensitivity
        self.stager = stager
    }

    /// The strictest finding in what a reference leads to, and in what that refers to.
    func finding(_ reference: ReferenceElement, _ reader: any StoreReader) throws -> Sensitivity.Finding? {
        if let known = known.withLock({ $0[reference] }) { return known }
        var open = [reference]
        var seen: Set<ReferenceElement> = [reference]
        var found: Sensitivity.Finding?
        while found?.release != .nothing, let next = open.popLast() {
            for look in try looks(next, reader) {
                if let finding = look.finding, found == nil || finding.release == .nothing { found = finding }
                open += look.shared.filter { seen.insert($0).inserted }
            }
        }
        let result = found
        known.withLock { kept in
            if kept.count >= Self.mostKept { kept.removeAll(keepingCapacity: true) }
            kept[reference] = .some(result)
        }
        return result
    }

    /// What is seen in each resource that the reference may lead to: several are looked at all.
    private func looks(_ reference: ReferenceElement, _ reader: any StoreReader) throws -> [Sensitivity.Look] {
        try ReferenceResolution(reference, stager: stager).keys(reader, stager: stager).compactMap { key in
            guard let staged = try reader.staged(key) else { return nil }
            return (try? Resource(parsing: staged.bytes)).map(sensitivity.look)
        }
    }
}
