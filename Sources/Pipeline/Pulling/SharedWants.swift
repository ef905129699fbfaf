import FHIR
import PDex

/// What an export refers to and does not hold (RD-14): many clinics export what is in patients' records and nothing else,
/// and a `_since` leaves out practitioners and places that did not change, though a visit refers to them for the first time.
struct SharedWants: Sendable {
    /// The run that remembers them, so that a break forgets none.
    let run: String
    let stager: Stager

    private static let mark = "shared:"

    /// References to shared types in a batch, as the clinic wrote them.
    func references(in batch: StagingBatch) -> Set<String> {
        var found: Set<String> = []
        batch.bytes.withUnsafeBytes { bytes in
            for row in batch.rows {
                SharedReferences.add(in: UnsafeRawBufferPointer(rebasing: bytes[row.range]), to: &found)
            }
        }
        return found
    }

    /// Remembers those that lead to nothing yet; they may come with a later file.
    func remember(_ references: Set<String>, _ writer: any StoreWriter) throws {
        for text in references where try isOpen(text, writer) {
            try writer.recordProgress(run: run, unit: Self.mark + text, cursor: "open")
        }
    }

    /// Those that still lead to nothing.
    func open(_ reader: any StoreReader) throws -> Set<String> {
        let remembered = try reader.pullProgress(run: run).keys.filter { $0.hasPrefix(Self.mark) }
        return Set(try remembered.map { String($0.dropFirst(Self.mark.count)) }.filter { try isOpen($0, reader) })
    }

    private func isOpen(_ text: String, _ reader: any StoreReader) throws -> Bool {
        switch Reference(parsing: text).relative(to: stager.base) {
        case .local, .conditional: break
        default: return false
        }
        guard let key = try ReferenceResolution(text, stager: stager).key(reader, stager: stager) else { return true }
        return try reader.stagedHashes([key]).isEmpty
    }
}
