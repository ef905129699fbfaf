/// What a server says of itself in its CapabilityStatement, as far as the exchange needs it (RD-01, WR-01).
public struct ServerCapability: Sendable, Hashable {
    /// What the server offers for one resource type.
    public struct TypeCapability: Sendable, Hashable {
        /// Interaction codes such as `read`, `search-type`, `create`, `update`.
        public var interactions: Set<String>
        /// Names of the search parameters offered.
        public var searchParameters: Set<String>
        /// `_include` values offered, such as `Encounter:location`.
        public var includes: Set<String>
        /// `_revinclude` values offered, such as `Provenance:target`.
        public var revIncludes: Set<String>
        /// Whether PUT to an unknown id creates the resource (`updateCreate`).
        public var updateCreate: Bool
        /// Whether `PUT Type?query` is offered.
        public var conditionalUpdate: Bool
        /// Operation names such as `export` or `everything`.
        public var operations: Set<String>

        /// Describes one type; everything is absent unless given.
        public init(
            interactions: Set<String> = [], searchParameters: Set<String> = [], includes: Set<String> = [],
            revIncludes: Set<String> = [], updateCreate: Bool = false, conditionalUpdate: Bool = false,
            operations: Set<String> = []
        ) {
            self.interactions = interactions
            self.searchParameters = searchParameters
            self.includes = includes
            self.revIncludes = revIncludes
            self.updateCreate = updateCreate
            self.conditionalUpdate = conditionalUpdate
            self.operations = operations
        }
    }

    /// The software that runs there, as it calls itself; missing elements are nil.
    public struct Software: Sendable, Hashable {
        /// `software.name`.
        public var name: String?
        /// `software.version`.
        public var version: String?
        /// `software.releaseDate`.
        public var releaseDate: String?

        /// Describes software; unknown unless given.
        public init(name: String? = nil, version: String? = nil, releaseDate: String? = nil) {
            self.name = name
            self.version = version
            self.releaseDate = releaseDate
        }
    }

    /// The software that runs there.
    public let software: Software
    /// `CapabilityStatement.fhirVersion`; must begin with `4.0`.
    public let fhirVersion: String
    /// Server-level interactions such as `transaction` and `batch`.
    public let systemInteractions: Set<String>
    /// Server-level operations such as `export`.
    public let systemOperations: Set<String>
    /// The types offered.
    public var types: [String: TypeCapability]

    /// The version of Bulk Data Access that defines the server's export operations, taken from their canonical, such as
    /// `3.0.0`; nil when it names none.
    public var bulkDataVersion: String?

    /// Describes a server.
    public init(
        fhirVersion: String, systemInteractions: Set<String>, systemOperations: Set<String>,
        types: [String: TypeCapability], software: Software = Software()
    ) {
        self.fhirVersion = fhirVersion
        self.systemInteractions = systemInteractions
        self.systemOperations = systemOperations
        self.types = types
        self.software = software
    }
}
