import PDex
import Synchronization

/// How the clinic wants each type to be searched, learned during one run.
final class SearchManners: Sendable {
    /// The parameters of a search for a type, in addition to the patient.
    struct Manner: Sendable {
        /// All values of what the clinic demands; the search may miss resources without any of them (RD-10).
        var demanded: SearchQuery.Parameter?
        /// Whether the clinic refuses to be asked only for what is new, so that everything is requested.
        var isWide = false
        /// Whether the clinic refuses to include the Provenance.
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
            // A refusal for another reason may list the search parameters, and so look like a demand: then the other
            // ways are tried from the start.
            let isNoDemand = fault.code == .remoteSearchDemands
            if isNoDemand { (next.demanded, next.tried) = (nil, 0) }
            let isRefused = isNoDemand || fault.code == .remoteRefused && fault.httpStatus == 400
            if comesAlong, !isAlone, isRefused || fault.code == .authForbidden {
                next.isAlone = true
                return next
            }
            guard isNarrow, !isWide, isRefused else { return nil }
            // It is not yet known which of the two the clinic refuses.
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

    /// Stores a manner that was answered; true when it includes a demand that earlier ones did not.
    func learn(_ manner: Manner, of type: String) -> Bool {
        learned.withLock { learned in
            let isNew = manner.demanded != nil && learned[type]?.demanded != manner.demanded
            learned[type] = manner
            return isNew
        }
    }
}
