import FHIR
import PDex

/// A job's filters, applied again to what is staged: the job sends no more from a clinic that ignores `_typeFilter` and
/// `_until` than from one that honours them (BLK-05, BLK-10, BLK-16).
struct TypeFilters: Sendable {
    private let known: [String: [TypeFilter]]
    /// Types with a filter that only the clinic can apply.
    let foreign: Set<String>
    private let until: Instant?

    /// The filters of a job.
    init(_ selection: ExchangeTerms.Selection) {
        self.init(selection.typeFilters, until: selection.until)
    }

    /// Filters as they are written, and the latest time of change that is wanted.
    init(_ texts: [String], until: Instant? = nil) {
        self.until = until
        var known: [String: [TypeFilter]] = [:]
        var foreign: Set<String> = []
        for text in texts {
            if let filter = TypeFilter(text) {
                known[filter.type, default: []].append(filter)
            } else {
                foreign.insert(String(text.prefix { $0 != "?" }))
            }
        }
        self.known = known
        self.foreign = foreign
    }

    /// Whether there are none, so that everything is wanted.
    var areNone: Bool { known.isEmpty && foreign.isEmpty && until == nil }

    /// Whether all of them can be applied without the clinic.
    var areLocal: Bool { foreign.isEmpty }

    /// Whether one of the filters of its type finds a resource, or its type has none. For a type with a filter that
    /// only the clinic can apply, everything that the clinic returned is allowed. With an `until`, a resource that does
    /// not say when it changed is not allowed.
    func allow(_ staged: StagedResource, _ resource: Resource) -> Bool {
        if let until, !SharedTypes.contains(staged.type), staged.lastUpdated.map({ $0 > until }) ?? true {
            return false
        }
        guard let filters = known[staged.type], !foreign.contains(staged.type) else { return true }
        return filters.contains {
            $0.finds(resource, updated: staged.lastUpdated, try? ResourceScan.scan(staged.bytes))
        }
    }

    /// The fault of filters that neither side applies.
    func refusal(_ clinic: String) -> Fault {
        Fault(
            .clinicCapability, .halt,
            "\(clinic) does not apply the job's type-filters on \(foreign.sorted().joined(separator: ", "))",
            hint:
                "write them with category, code, class, status, type, date or _lastUpdated, which pdex applies itself, "
                + "or take them out of the job")
    }
}
