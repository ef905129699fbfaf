import FHIR
import PDex
import Synchronization

/// Whether places, departments and drugs that visits refer to are sensitive: looked up once per run.
final class SharedSensitivity: Sendable {
    private let sensitivity: Sensitivity
    private let stager: Stager
    private let known = Mutex<[ReferenceElement: Sensitivity.Finding?]>([:])

    /// Most findings kept; beyond that they are forgotten and looked up again, so that memory stays bounded.
    private static let mostKept = 16_384

    init(sensitivity: Sensitivity, stager: Stager) {
        self.sensitivity = sensitivity
        self.stager = stager
    }

    /// The strictest finding in the target of a reference, and in what that refers to.
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

    /// Looks at each resource to which the reference may lead, even if there are several.
    private func looks(_ reference: ReferenceElement, _ reader: any StoreReader) throws -> [Sensitivity.Look] {
        try ReferenceResolution(reference, stager: stager).keys(reader, stager: stager).compactMap { key in
            guard let staged = try reader.staged(key) else { return nil }
            return (try? Resource(parsing: staged.bytes)).map(sensitivity.look)
        }
    }
}
