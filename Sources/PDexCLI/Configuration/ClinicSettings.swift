/// A clinic of `pdex.yaml`.
struct ClinicSettings: Sendable, Hashable {
    /// The clinic's FHIR server.
    var server: ServerSettings
}
