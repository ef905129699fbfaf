import FHIR
import PDex

/// Who wrote which part of a member's graph, and which nodes share the Provenance that says so (PV-02).
struct Authorship: Sendable {
    /// An author as a Provenance names them (PV-07).
    struct Author: Sendable, Hashable {
        /// `Practitioner/id` or `Organization/id` at the payer.
        let location: String
        /// The party for whom they act.
        let principal: Principal
    }

    /// The party for whom an author acts.
    enum Principal: Sendable, Hashable {
        /// For themselves: an organization.
        case none
        /// For the clinic: a practitioner without a stated organization.
        case clinic
        /// For the organization of the role in which they wrote: `Organization/id` at the payer.
        case organization(String)
    }

    /// The authors that one Provenance names.
    struct Byline: Sendable, Hashable {
        let authors: [Author]
        /// Whether the resources also name an author who cannot be named to the payer.
        let hasOthers: Bool
    }

    /// The nodes that one Provenance of origin covers.
    private struct Group: Hashable {
        let byline: Byline
        let visit: ResourceKey?
        let resource: ResourceKey?
    }

    /// The number of the Provenance for each node; nil for one whose origin is not stated.
    let groups: [Int?]
    /// How many such Provenance there are.
    var count: Int { bylines.count }
    private let bylines: [Byline]

    /// Groups the nodes of a graph in the detail that a payer wants.
    init(of graph: MemberGraph, _ detail: ProvenancePolicy.Detail) {
        var numbers: [Group: Int] = [:]
        var bylines: [Byline] = []
        groups = graph.nodes.map { node in
            guard detail != .exchange, let origin = node.origin else { return nil }
            let isVisit = node.location.hasPrefix("Encounter/")
            let group = Group(
                byline: Self.byline(origin, graph), visit: graph.visits[node.key] ?? (isVisit ? node.key : nil),
                resource: detail == .eachResource ? node.key : nil)
            if let number = numbers[group] { return number }
            numbers[group] = bylines.count
            bylines.append(group.byline)
            return bylines.count - 1
        }
        self.bylines = bylines
    }

    /// The authors of what one Provenance covers; nobody when the resources do not say.
    func byline(of group: Int) -> Byline { bylines[group] }

    /// A role stands for its only practitioner, acting for its organization; an author who is neither practitioner nor
    /// organization cannot be named (PV-07).
    private static func byline(_ origin: Origin, _ graph: MemberGraph) -> Byline {
        let found = origin.authors.map { author(graph.number(of: $0), graph) }
        var seen: Set<Author> = []
        return Byline(
            authors: found.compactMap(\.self).filter { seen.insert($0).inserted },
            hasOthers: origin.hasOthers || found.contains { $0 == nil })
    }

    private static func author(_ number: Int?, _ graph: MemberGraph) -> Author? {
        guard let node = number.map({ graph.nodes[$0] }) else { return nil }
        switch node.location.prefix(while: { $0 != "/" }) {
        case "Practitioner": return Author(location: node.location, principal: .clinic)
        case "Organization": return Author(location: node.location, principal: .none)
        case "PractitionerRole":
            let named = node.references.compactMap { graph.number(of: $0) }.map { graph.nodes[$0].location }
            let people = named.filter { $0.hasPrefix("Practitioner/") }
            let organizations = Set(named.filter { $0.hasPrefix("Organization/") })
            guard people.count == 1 else { return nil }
            let principal = organizations.count == 1 ? organizations.first.map(Principal.organization) : nil
            return Author(location: people[0], principal: principal ?? .clinic)
        default: return nil
        }
    }
}
