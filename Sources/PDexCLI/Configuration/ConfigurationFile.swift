import DeclarativeFiles
import Foundation
import Jobs
import PDex

/// Reads `pdex.yaml`, and reports all its errors at once.
enum ConfigurationFile {
    /// Reads the file at `path`. Throws `config.missing` and `config.invalid`.
    static func load(path: String) throws(Fault) -> Configuration {
        guard FileManager.default.fileExists(atPath: path) else {
            throw Fault(
                .configMissing, .stop, "There is no configuration file \(path).",
                hint: "Run in the folder that holds pdex.yaml, give --config FILE, or try  pdex demo.")
        }
        do {
            return try configuration(in: DeclarativeFile.read(path: path))
        } catch {
            throw Fault(.configInvalid, error, hint: "Correct the lines named; then  pdex config check.")
        }
    }

    /// Reads `text` as if it stood in a file called `path`.
    static func parse(_ text: String, path: String) throws(FileDiagnostics) -> Configuration {
        try configuration(in: DeclarativeFile.parse(text, path: path))
    }

    private static func configuration(in file: DeclarativeFile) throws(FileDiagnostics) -> Configuration {
        var report = FileReport()
        let fields = file.root.fields(
            [
                "store", "keys", "clinics", "payers", "jobs", "mappings", "identity-secret", "bulk-log", "calendar",
                "api", "packages", "files",
            ],
            required: ["store", "keys", "clinics", "payers"], in: "the configuration", &report)

        let store = fields["store"]?.store(&report)
        let keys = fields["keys"]?.filePath(&report)
        let secret = fields["identity-secret"]?.filePath(&report)
        let jobs = fields["jobs"]?.filePath(&report)
        let mappings = fields["mappings"]?.filePath(&report)
        let bulkLog = fields["bulk-log"]?.filePath(&report)
        let calendar = fields["calendar"]?.calendar(&report)
        let packages = fields["packages"]?.packages(&report)
        let files = fields["files"]?.files(&report)
        var names: Set<String> = []
        let clinics = fields["clinics"]?.servers("clinic", &names, &report) { $0.clinic($1, &$2) }
        var folders: Set<String> = []
        let payers = fields["payers"]?.servers("payer", &names, &report) { $0.payer($1, &folders, &$2) }
        let api = fields["api"]?.api(payers: payers?.map(\.server.name) ?? [], &report)

        try report.throwIfAny()
        guard let store, let keys, let clinics, let payers else { throw FileDiagnostics(report.diagnostics) }
        return Configuration(
            path: file.path, store: store.path, retention: store.retention, keys: keys,
            identitySecret: secret ?? keys + "/identity.secret",
            jobs: jobs ?? file.root.beside("jobs"), mappings: mappings ?? file.root.beside("mappings"),
            packages: packages ?? [],
            bulkLog: bulkLog, calendar: calendar ?? BusinessCalendar(), api: api, files: files, clinics: clinics,
            payers: payers)
    }
}
