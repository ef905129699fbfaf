import PDex
import Synchronization

/// Types that the clinic refuses to search: each is asked for once a run, and named once in the balance.
final class RefusedTypes: Sendable {
    private let refused = Mutex<Set<String>>([])
    private let demanding = Mutex<Set<String>>([])

    /// Whether the clinic has refused this type already.
    func contains(_ type: String) -> Bool {
        refused.withLock { $0.contains(type) }
    }

    /// Notes a refusal; false when it was known.
    func insert(_ type: String) -> Bool {
        refused.withLock { $0.insert(type).inserted }
    }

    /// What has to be said beside the patient in searches on this type, because the clinic demanded it before.
    func demanded(_ type: String) -> SearchQuery.Parameter? {
        demanding.withLock { $0.contains(type) } ? SearchShape.demanded[type] : nil
    }

    /// Whether there is more to say than the patient in searches on this type.
    func canSayMore(of type: String) -> Bool {
        SearchShape.demanded[type] != nil
    }

    /// Notes that the clinic demands more than the patient; false when it was known.
    func demand(_ type: String) -> Bool {
        demanding.withLock { $0.insert(type).inserted }
    }
}
