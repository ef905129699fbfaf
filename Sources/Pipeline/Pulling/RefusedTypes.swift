import PDex
import Synchronization

/// Types that the clinic refuses to search, learned from the patients of one run.
///
/// One refusal may concern one patient only; several, without any answer among them, concern the type.
final class RefusedTypes: Sendable {
    private struct Standing {
        var refused: Set<String> = []
        var hasAnswered = false
        var code: FaultCode?
    }

    /// A type is given up when it was refused for this many patients and answered for none.
    private static let mostRefusals = 3

    private let types = Mutex<[String: Standing]>([:])

    /// The fault with which the clinic refuses this type for everybody; nil while it is worth asking.
    func givenUp(_ type: String) -> FaultCode? {
        types.withLock { types in
            guard let standing = types[type], !standing.hasAnswered, standing.refused.count >= Self.mostRefusals else {
                return nil
            }
            return standing.code
        }
    }

    /// Notes a refusal; true when it is the type's first.
    func refuse(_ type: String, for patient: String, as code: FaultCode) -> Bool {
        types.withLock { types in
            var standing = types[type] ?? Standing()
            let isFirst = standing.refused.isEmpty
            standing.refused.insert(patient)
            standing.code = code
            types[type] = standing
            return isFirst
        }
    }

    /// Notes that the type was answered.
    func answer(_ type: String) {
        types.withLock { $0[type, default: Standing()].hasAnswered = true }
    }
}
