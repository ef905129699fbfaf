public import FHIR

/// What to export.
public struct ExportRequest: Sendable, Hashable {
    /// The level of an export (BLK-04).
    public enum Level: Sendable, Hashable {
        /// `Group/[id]/$export`.
        case group(String)
        /// `Patient/$export`.
        case patient
        /// `$export`.
        case system
    }

    /// Group, Patient or system.
    public let level: Level
    /// The types wanted; Provenance must be named to be included (BLK-12).
    public var types: [String]
    /// The types that are left out when the server refuses the list and is asked again.
    public var dispensable: Set<String>
    /// Only what changed since; the server's time of the previous export (BLK-07).
    public let since: Instant?
    /// Only what changed until (BLK-16).
    public var until: Instant?
    /// Queries such as `Observation?category=laboratory`; a resource of that type has to match one of them (BLK-10).
    public var typeFilters: [String]
    /// Data to include as well, such as `LatestProvenanceResources` (BLK-12).
    public var associatedData: [String]
    /// Ids of the only patients wanted; empty means all. A kick-off with patients is a POST (BLK-11).
    public var patients: [String]

    /// What the export is for; if set, it is `$davinci-data-export` of a Group, and a POST (DX-01, DX-02).
    public var purpose: ExportPurpose?

    /// Describes an export.
    public init(
        level: Level, types: [String], since: Instant?, until: Instant? = nil, typeFilters: [String] = [],
        associatedData: [String] = [], patients: [String] = [], dispensable: Set<String> = [],
        purpose: ExportPurpose? = nil
    ) {
        self.dispensable = dispensable
        self.purpose = purpose
        self.level = level
        self.types = types
        self.since = since
        self.until = until
        self.typeFilters = typeFilters
        self.associatedData = associatedData
        self.patients = patients
    }
}
