/// How much our own Provenance tells a payer, and in the form of which PDex version (PV-01, PV-02, PV-06).
public struct ProvenancePolicy: Sendable, Hashable {
    /// How finely the origin of what is sent is told.
    public enum Detail: String, Sendable, CaseIterable {
        /// One Provenance for what the same people wrote in the same visit.
        case eachAuthor = "each-author"
        /// One Provenance for each resource.
        case eachResource = "each-resource"
        /// Only the one of the exchange, which says who transmits.
        case exchange
    }

    /// How the version at the clinic that something was made from is named.
    public enum Sources: String, Sendable, CaseIterable {
        /// By its address, as a reference.
        case reference
        /// By its address, as an identifier: for a server that takes no references to others.
        case identifier
    }

    /// A version of PDex that has a form of its own; the sets of mappings name the same ones.
    public enum Version: String, Sendable, CaseIterable {
        case v2_0_0 = "2.0.0"
        case v2_1_0 = "2.1.0"
        case v2_2_0 = "2.2.0"

        /// Whether an agent may be the `source`: before 2.2.0 the codes of agents are US Core's and no others (PV-06).
        public var hasSourceAgent: Bool { self == .v2_2_0 }
    }

    /// How finely the origin is told.
    public let detail: Detail
    /// How sources are named.
    public let sources: Sources
    /// The version that is claimed; nil claims none and uses what every version has.
    public let version: Version?

    /// A policy; each author is told, in a form that every version takes, unless told otherwise.
    public init(detail: Detail = .eachAuthor, sources: Sources = .reference, version: Version? = nil) {
        self.detail = detail
        self.sources = sources
        self.version = version
    }
}
