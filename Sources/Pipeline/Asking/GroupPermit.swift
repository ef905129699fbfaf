import FHIR
import PDex

/// The members of a payer's Group for whom data may be requested (PP-07, HC-06).
struct GroupPermit: Sendable, Hashable {
    /// Their ids at the payer; nil when they are all its members.
    let ids: Set<String>?

    /// Their ids as a kick-off names them; empty when the whole Group is requested.
    var patients: [String] { ids?.sorted() ?? [] }

    /// The members in both: those requested, and those whose data may still be kept.
    func narrowed(to later: GroupPermit) -> GroupPermit {
        guard let ids else { return later }
        guard let others = later.ids else { return self }
        return GroupPermit(ids: ids.intersection(others))
    }

    /// Whether a resource from a server at `base` may be kept: it belongs to one of these members, or to nobody.
    func covers(_ scan: ResourceScan, at base: String) -> Bool {
        guard let ids else { return true }
        guard scan.type != "Patient" else { return ids.contains(scan.id) }
        guard let owner = scan.patient else { return true }
        guard case .local("Patient", let id, _) = Reference(parsing: owner).relative(to: base) else { return false }
        return ids.contains(id)
    }
}
