import FHIR
import PDex
import Synchronization

/// Resources that an export refers to but does not hold (RD-14): many clinics export only what is in patients' records,
/// and a `_since` leaves out unchanged practitioners and places even if a visit refers to them for the first time.
final class SharedWants: Sendable {
    /// The run that stores them, so that an interruption loses none.
    private let run: String
    private let stager: Stager
    /// Whether everything is exported, and all of it by this process: then resources fetched for an earlier export that
    /// did not come are fetched again, since nothing else would show that a place is now labelled or renamed.
    private let seesAll: Bool
    /// The resources of shared types that came with such an export.
    private let came = Mutex<Set<ResourceKey>>([])
    /// References already looked at: most visits name the same few.
    private let looked = Mutex<Set<String>>([])

    private static let mark = "shared:"
    /// Most references kept in memory; beyond that they are looked at again.
    private static let mostLooked = 50_000

    init(run: String, stager: Stager, seesAll: Bool) {
        self.run = run
        self.stager = stager
        self.seesAll = seesAll
    }

    /// References to shared types in a batch, as the clinic wrote them, that have not been looked at before.
    func references(in batch: StagingBatch) -> Set<String> {
        var found: Set<String> = []
        batch.bytes.withUnsafeBytes { bytes in
            for row in batch.rows {
                SharedReferences.add(in: UnsafeRawBufferPointer(rebasing: bytes[row.range]), to: &found)
            }
        }
        return looked.withLock { found.subtracting($0) }
    }

    /// Stops looking at these references: they are remembered, or lead to something. Called once the batch is durable.
    func settle(_ references: Set<String>, _ batch: StagingBatch) {
        if seesAll {
            let shared = batch.rows.lazy.filter { SharedTypes.contains($0.type) }.map(\.key)
            came.withLock { $0.formUnion(shared) }
        }
        looked.withLock { looked in
            if looked.count > Self.mostLooked { looked = [] }
            looked.formUnion(references)
        }
    }

    /// Remembers references that lead to nothing yet or, if everything is exported, whose target has not come yet.
    func remember(_ references: Set<String>, _ writer: any StoreWriter) throws {
        for text in references where try isOpen(text, writer) {
            try writer.recordProgress(run: run, unit: Self.mark + text, cursor: "open")
        }
    }

    /// The remembered references that still lead to nothing or, if everything is exported, to nothing that came.
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
        return try seesAll ? !came.withLock { $0.contains(key) } : reader.stagedHashes([key]).isEmpty
    }
}
