import FHIR
import PDex

/// Which members of a payer's Group may be asked for (PP-07, HC-06).
struct GroupPermit: Sendable, Hashable {
    /// Their ids at the payer; nil when they are all who are in it.
    let ids: Set<String>?

    /// As a kick-off names them: nobody where the whole Group is asked for.
    var patients: [String] { ids?.sorted() ?? [] }

    /// Those who are in both: what was asked for, and what may still be kept.
    func narrowed(to later: GroupPermit) -> GroupPermit {
        guard let ids else { return later }
        guard let others = later.ids else { return self }
        return GroupPermit(ids: ids.intersection(others))
    }

    /// Whether a resource from a server at `base` may be kept: it is one of these members', or nobody's.
    func covers(_ scan: ResourceScan, at base: String) -> Bool {
        guard let ids else { return true }
        guard scan.type != "Patient" else { return ids.contains(scan.id) }
        guard let owner = scan.patient else { return true }
        guard case .local("Patient", let id, _) = Reference(parsing: owner).relative(to: base) else { return false }
        return ids.contains(id)
    }
}
