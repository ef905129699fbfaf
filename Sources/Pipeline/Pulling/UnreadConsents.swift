import FHIR
import PDex
import Synchronization

/// Patients whose Consents a clinic did not return in a run, though it returns those of others: it is not known whether
/// they object, so nothing of theirs is sent (CO-01).
///
/// A clinic that never answered about Consents has none for us, and nobody is withheld because of that.
final class UnreadConsents: Sendable {
    private let run: String
    private let source: String
    private let store: any Store
    /// What this process has stored: that the clinic answers, and whose Consents were not returned.
    private let known = Mutex((doesAnswer: false, unread: Set<String>()))

    init(run: String, source: String, store: any Store) {
        self.run = run
        self.source = source
        self.store = store
    }

    private static let answering = "consents"
    private static let mark = "consents unread "
    private static let unread = "1"
    private static let read = "0"

    /// Notes that a patient's Consents were not returned; called before the last of the patient's data is staged.
    func missed(_ patient: ResourceKey) async throws {
        _ = known.withLock { $0.unread.insert(Self.unit(patient)) }
        try await store.write { [run] in
            try $0.recordProgress(run: run, unit: Self.unit(patient), cursor: Self.unread)
        }
    }

    /// Notes that they were returned, once they are staged.
    func came(_ patient: ResourceKey, at instant: Instant) async throws {
        let (isNews, wasUnread) = known.withLock { known in
            defer { known.doesAnswer = true }
            return (!known.doesAnswer, known.unread.remove(Self.unit(patient)) != nil)
        }
        guard isNews || wasUnread else { return }
        try await store.write { [run, source] writer in
            if isNews, try writer.watermark(source: source, scope: Self.answering) == nil {
                try writer.setWatermark(instant, source: source, scope: Self.answering)
            }
            if wasUnread { try writer.recordProgress(run: run, unit: Self.unit(patient), cursor: Self.read) }
        }
    }

    /// Takes over the notes of an earlier process of the run.
    func resume(_ progress: [String: String]) {
        let noted = progress.filter { $0.key.hasPrefix(Self.mark) && $0.value == Self.unread }.keys
        known.withLock { $0.unread.formUnion(noted) }
    }

    /// Whether the Consents of any of these patients were not returned in a run.
    static func concern(
        _ patients: [ResourceKey], in run: String, of source: String, _ reader: any StoreReader
    ) throws -> Bool {
        try patients.contains { try reader.pullProgress(run: run, unit: unit($0)) == unread }
            && reader.watermark(source: source, scope: answering) != nil
    }

    private static func unit(_ patient: ResourceKey) -> String { mark + patient.description }
}
