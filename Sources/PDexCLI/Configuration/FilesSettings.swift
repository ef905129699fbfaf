import DeclarativeFiles
import PDex

/// Where payers fetch the files of bulk submissions.
struct FilesSettings: Sendable, Hashable {
    /// The address to listen on; this machine itself unless the file says otherwise.
    let host: String
    let port: Int
    /// The URL at which payers reach the files, without a trailing slash.
    let url: String

    static let usualPort = 8481
}

/// How we identify ourselves to a payer that takes bulk submissions.
struct SubmitterSettings: Sendable, Hashable {
    let system: String
    let value: String
}

extension DeclarativeNode {
    /// `files`: host, port, and the URL at which payers reach them.
    func files(_ report: inout FileReport) -> FilesSettings? {
        let fields = fields(["host", "port", "url"], required: ["url"], in: "'files'", &report)
        let host = fields["host"]?.string(&report) ?? "127.0.0.1"
        let port = fields["port"]?.int(in: 1...65_535, &report) ?? FilesSettings.usualPort
        guard let url = fields["url"]?.url(&report) else { return nil }
        return FilesSettings(host: host, port: port, url: url)
    }

    /// `submitter` of a payer: the agreed identifier, as `system` and `value`.
    func submitter(_ report: inout FileReport) -> SubmitterSettings? {
        let fields = fields(["system", "value"], required: ["system", "value"], in: "'submitter'", &report)
        let system = fields["system"]?.string(&report)
        guard let system, let value = fields["value"]?.string(&report) else { return nil }
        return SubmitterSettings(system: system, value: value)
    }
}
