import Jobs
import PDex
import SQLiteStore

/// What `pdex.yaml` says: which clinics and payers there are, and where everything is kept.
///
/// Paths are as the process can open them: those that the file gives relative are taken from the file's folder.
struct Configuration: Sendable, Hashable {
    /// The file that was read.
    let path: String
    /// The SQLite store.
    let store: String
    /// How long what is finished is kept there.
    var retention = StoreRetention()
    /// The folder of private keys.
    let keys: String
    /// The file of the secret from which all identities are derived.
    let identitySecret: String
    /// The folder of job files.
    let jobs: String
    /// The folder of mapping sets.
    let mappings: String
    /// The guides' packages that resources are held against: paths, or `NAME#VERSION` in `~/.fhir/packages`.
    var packages: [String] = []
    /// The log of exports in the form that the clients of Bulk Data share; nil for none.
    var bulkLog: String?
    /// Which days are business days.
    var calendar = BusinessCalendar()
    /// Where the API listens and who may use it; nil for no API.
    var api: APISettings?
    /// Where payers fetch the files of what was submitted to them; nil when none does.
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
