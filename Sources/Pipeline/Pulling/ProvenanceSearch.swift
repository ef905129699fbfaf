import PDex
import Synchronization

/// How a clinic provides the Provenance of what is searched, learned in one run (RD-11, PV-03): along with each search
/// if it lists that, otherwise by searching for its targets, otherwise not at all.
final class ProvenanceSearch: Sendable {
    private struct Standing {
        var isByTarget: Bool
        var isTold = false
    }

    /// The parameter that makes it come along.
    static let alongside = SearchQuery.Parameter("_revinclude", "Provenance:target")
    /// How many targets are named in one search.
    static let targetsAtOnce = 50

    private let types: Set<String>
    private let standing: Mutex<Standing>

    /// Reads what the clinic lists; where our token does not allow Provenance, it is not asked for.
    init(_ capability: ServerCapability, isAllowed: Bool) {
        let listing = capability.types.filter { isAllowed && $0.value.revIncludes.contains(Self.alongside.value) }
        types = Set(listing.keys)
        let own = capability.types["Provenance"]
        standing = Mutex(Standing(isByTarget: isAllowed && own?.searchParameters.contains("target") == true))
    }

    /// Whether a search on the type may bring its Provenance along.
    func comesAlong(with type: String) -> Bool { types.contains(type) }

    /// Whether it can be asked for by target.
    var isByTarget: Bool { standing.withLock(\.isByTarget) }

    /// Notes that it cannot be had by target.
    func giveUp() { standing.withLock { $0.isByTarget = false } }

    /// Whether the caller is the first to report that some cannot be had.
    func tellsFirst() -> Bool {
        standing.withLock { standing in
            defer { standing.isTold = true }
            return !standing.isTold
        }
    }
}
