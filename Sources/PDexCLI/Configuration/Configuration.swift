import Jobs
import PDex
import SQLiteStore

/// What `pdex.yaml` says: which clinics and payers there are, and where everything is kept.
///
/// Paths are as the process can open them: relative ones are resolved against the file's folder.
struct Configuration: Sendable, Hashable {
    /// The file that was read.
    let path: String
    /// The SQLite store.
    let store: String
    /// How long the store keeps what is finished.
    var retention = StoreRetention()
    /// The folder of private keys.
    let keys: String
    /// The file of the secret from which all identities are derived.
    let identitySecret: String
    /// The folder of job files.
    let jobs: String
    /// The folder of mapping sets.
    let mappings: String
    /// The guides' packages to validate resources against: paths, or `NAME#VERSION` in `~/.fhir/packages`.
    var packages: [String] = []
    /// The log of exports, in the format shared by Bulk Data clients; nil for none.
    var bulkLog: String?
    /// Which days are business days.
    var calendar = BusinessCalendar()
    /// Where the API listens and who may use it; nil for no API.
    var api: APISettings?
    /// Where payers fetch the files of bulk submissions; nil when none does.
    var files: FilesSettings?
    /// The clinics, in the order of the file.
    var clinics: [ClinicSettings]
    /// The payers, in the order of the file.
    var payers: [PayerSettings]

    /// The clinic of that name.
    func clinic(_ name: String) -> ClinicSettings? {
        clinics.first { $0.server.name == name }
    }

    /// The payer of that name.
    func payer(_ name: String) -> PayerSettings? {
        payers.first { $0.server.name == name }
    }
}
