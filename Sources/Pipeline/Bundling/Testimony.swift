import FHIR
import PDex

/// A Provenance of the clinic on its way to the payer: what it says, and of what (PV-03, PV-12).
///
/// Its targets are named part by part: a bundle is complete in itself, so that a Provenance of many visits travels in
/// each of their bundles and names what is in there.
struct Testimony: Sendable {
    /// One target that travels.
    struct Target: Sendable {
        let key: ResourceKey
        /// `Type/id` at the payer. The version that the clinic names is not the payer's, and is left out.
        let location: String
    }

    /// The resource without targets.
    let statement: JSONValue
    /// Those that travel, in the clinic's order.
    let targets: [Target]
    /// The keys of those that are the member's own.
    let own: Set<ResourceKey>
    /// Whether they are of several visits.
    let isBroad: Bool

    /// The resource as it goes into a part with those nodes, and its `Type/id`; nil when nothing of it is there.
    ///
    /// With all its targets it has the id that is derived from the clinic's. With some it has one of its own: it must
    /// not take the place of what names the others.
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
