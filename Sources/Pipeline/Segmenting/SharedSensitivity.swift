import FHIR
import PDex
import Synchronization

/// Whether places, departments and drugs that visits refer to are sensitive: looked up once a run.
final class SharedSensitivity: Sendable {
    private let sensitivity: Sensitivity
    private let stager: Stager
    private let known = Mutex<[String: Sensitivity.Finding?]>([:])

    /// Kept at most; then forgotten and looked up again, so that memory does not grow with the clinic.
    private static let mostKept = 16_384

    init(sensitivity: Sensitivity, stager: Stager) {
        self.sensitivity = sensitivity
        self.stager = stager
    }

    /// The strictest finding in what a reference leads to, and in what that refers to.
    func finding(_ reference: String, _ reader: any StoreReader) throws -> Sensitivity.Finding? {
        if let known = known.withLock({ $0[reference] }) { return known }
        var open = [reference]
        var seen: Set<String> = [reference]
        var found: Sensitivity.Finding?
        while found?.release != .nothing, let next = open.popLast() {
            guard let look = try look(next, reader) else { continue }
            if let finding = look.finding, found == nil || finding.release == .nothing { found = finding }
            open += look.shared.filter { seen.insert($0).inserted }
        }
        let result = found
        known.withLock { kept in
            if kept.count >= Self.mostKept { kept.removeAll(keepingCapacity: true) }
            kept[reference] = .some(result)
        }
        return result
    }

    private func look(_ reference: String, _ reader: any StoreReader) throws -> Sensitivity.Look? {
        let resolution = ReferenceResolution(reference, stager: stager)
        guard let staged = try resolution.key(reader, stager: stager).flatMap(reader.staged) else { return nil }
        return (try? Resource(parsing: staged.bytes)).map(sensitivity.look)
    }
}
