import FHIR
import PDex

/// A Provenance of the clinic on its way to the payer: its content, and its targets (PV-03, PV-12).
///
/// Its targets are named for each part: since a bundle is complete in itself, a Provenance of many visits goes into the
/// bundle of each, and names what is in there.
struct Testimony: Sendable {
    /// One target that is sent.
    struct Target: Sendable {
        let key: ResourceKey
        /// `Type/id` at the payer. The version that the clinic names is not the payer's, and is omitted.
        let location: String
    }

    /// The resource without targets.
    let statement: JSONValue
    /// The targets that are sent, in the clinic's order.
    let targets: [Target]
    /// The keys of targets that are the member's own.
    let own: Set<ResourceKey>
    /// Whether they belong to several visits.
    let isBroad: Bool

    /// The resource for a part with those nodes, and its `Type/id`; nil when none of the member's targets is there.
    ///
    /// With all the member's targets it has the id derived from the clinic's. With some it has one of its own, so that
    /// it does not replace the one that names the others.
    func resource(
        among nodes: Set<ResourceKey>, at location: String, _ identities: Identities
    ) -> (resource: JSONValue, location: String)? {
        let present = targets.filter { nodes.contains($0.key) }
        guard present.contains(where: { own.contains($0.key) }), var json = statement.object else { return nil }
        var place = location
        if !own.isSubset(of: nodes) {
            let some = present.map(\.location).joined(separator: " ")
            place = "Provenance/" + identities.derived("part of a provenance", location, some)
        }
        json["id"] = .string(String(place.dropFirst("Provenance/".count)))
        json["target"] = .array(present.map { ["reference": .string($0.location)] })
        return (.object(json), place)
    }
}
