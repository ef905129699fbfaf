/// How much our own Provenance discloses to a payer, and in which PDex version's form (PV-01, PV-02, PV-06).
public struct ProvenancePolicy: Sendable, Hashable {
    /// How finely the origin of the data is described.
    public enum Detail: String, Sendable, CaseIterable {
        /// One Provenance for everything that the same people wrote in the same visit.
        case eachAuthor = "each-author"
        /// One Provenance for each resource.
        case eachResource = "each-resource"
        /// Only the Provenance of the exchange, which says who transmits.
        case exchange
    }

    /// How the version at the clinic from which a resource was made is named.
    public enum Sources: String, Sendable, CaseIterable {
        /// By its address, as a reference.
        case reference
        /// By its address, as an identifier: for a server that does not accept references to other servers.
        case identifier
    }

    /// A version of PDex that has a form of its own; the mapping sets use the same names.
    public enum Version: String, Sendable, CaseIterable {
        case v2_0_0 = "2.0.0"
        case v2_1_0 = "2.1.0"
        case v2_2_0 = "2.2.0"

        /// Whether an agent may be the `source`: before 2.2.0 US Core's agent codes are the only ones (PV-06).
        public var hasSourceAgent: Bool { self == .v2_2_0 }
    }

    /// How finely the origin is described.
    public let detail: Detail
    /// How sources are named.
    public let sources: Sources
    /// The version claimed; nil claims none and uses only what every version has.
    public let version: Version?

    /// A policy; by default each author is named, in a form that every version accepts.
    public init(detail: Detail = .eachAuthor, sources: Sources = .reference, version: Version? = nil) {
        self.detail = detail
        self.sources = sources
        self.version = version
    }
}
