import PDex
import Synchronization

/// How the clinic wants each type to be searched, learned in one run.
final class SearchManners: Sendable {
    /// What a search on a type says beside the patient.
    struct Manner: Sendable {
        /// All values of what the clinic demands; a search that says them may miss what has none of them (RD-10).
        var demanded: SearchQuery.Parameter?
        /// Whether the clinic refuses to be asked for what is new, so that everything is asked for.
        var isWide = false
        /// Whether the clinic refuses to send the Provenance along.
        var isAlone = false
        fileprivate var tried = 0

        /// The manner to try after a refusal; nil when there is nothing else to try.
        func after(_ fault: Fault, of type: String, isNarrow: Bool, comesAlong: Bool) -> Manner? {
            var next = self
            if fault.code == .remoteSearchDemands, let all = SearchShape.demanded[type], tried < all.count {
                next.demanded = all[tried]
                next.tried += 1
                return next
            }
            // A refusal of something else may name what can be searched by, and look like a demand: it is asked for the
            // other way from the beginning then.
            let isNoDemand = fault.code == .remoteSearchDemands
            if isNoDemand { (next.demanded, next.tried) = (nil, 0) }
            let isRefused = isNoDemand || fault.code == .remoteRefused && fault.httpStatus == 400
            if comesAlong, !isAlone, isRefused || fault.code == .authForbidden {
                next.isAlone = true
                return next
            }
            guard isNarrow, !isWide, isRefused else { return nil }
            // Which of the two it would not be asked is not known yet.
            next.isWide = true
            next.isAlone = false
            return next
        }
    }

    private let learned = Mutex<[String: Manner]>([:])

    /// How to search a type.
    func manner(of type: String) -> Manner {
        learned.withLock { $0[type] ?? Manner() }
    }

    /// Keeps a manner that was answered; true when it demands what no earlier one did.
    func learn(_ manner: Manner, of type: String) -> Bool {
        learned.withLock { learned in
            let isNew = manner.demanded != nil && learned[type]?.demanded != manner.demanded
            learned[type] = manner
            return isNew
        }
    }
}
