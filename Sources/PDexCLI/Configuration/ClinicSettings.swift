import FHIRClient
import Jobs

/// A clinic of `pdex.yaml`.
struct ClinicSettings: Sendable, Hashable {
    /// The clinic's FHIR server.
    var server: ServerSettings
    /// The most bytes that one file of an export may have, before and after decoding.
    var maxFileBytes = ServerConnection.usualMaxFileBytes
    /// The hours in which whole rosters are not pulled from it.
    var quietHours: QuietHours?
    /// The most pages that one search may have.
    var maxPages = ServerConnection.usualMaxPages
}
