import Jobs
import PDex
import Pipeline

/// What a night needs beyond what `pdex.yaml` and the jobs say: the files that they name, and what they may say, but
/// hardly mean.
struct ConfigurationCheck: Sendable {
    let configuration: Configuration
    let jobs: [Job]

    /// Every mapping set that a job names must be there and right. Throws `mapping.invalid`.
    func checkMappings() throws(Fault) {
        let folders = MappingFolders(path: configuration.mappings)
        for name in Set(jobs.map(\.mappings)).sorted() { _ = try folders.load(name) }
    }

    /// Every file of a payer's records must be there. Throws `config.missing`.
    func checkRecords() throws(Fault) {
        for payer in configuration.payers {
            try payer.coverage.insistOnFiles(for: "coverage of \(payer.server.name)")
            try payer.consent.insistOnFiles(for: "consent of \(payer.server.name)")
            if let table = payer.match.crossReference {
                try ExchangeTerms.RecordSource.file(table.path).insistOnFiles(
                    for: "match.cross-reference of \(payer.server.name)")
            }
        }
    }

    /// What is allowed, and hardly meant.
    var warnings: [DoctorFinding] { sharedKeys + openAPI + unusedNumbers }

    /// Whoever gets hold of a key that two servers know can sign in at both.
    private var sharedKeys: [DoctorFinding] {
        let servers = configuration.clinics.map(\.server) + configuration.payers.map(\.server)
        let signed = servers.filter { $0.client != nil }
        return Dictionary(grouping: signed) { $0.client?.key ?? "" }.sorted { $0.key < $1.key }.compactMap {
            key, servers in
            guard Set(servers.map { Self.origin(of: $0.tokenEndpoint ?? $0.base) }).count > 1 else { return nil }
            let names = servers.map(\.name).joined(separator: " and ")
            return DoctorFinding(
                verdict: .warn, subject: "keys", found: "\(names) share the key \(key): who has it can sign in at each",
                next: "make one for each server, and register it there; see docs/how-to/manage-keys.md")
        }
    }

    /// The API speaks plain HTTP, and its tokens go along with each request.
    private var openAPI: [DoctorFinding] {
        guard let host = configuration.api?.host, !Self.isThisMachine(host) else { return [] }
        return [
            DoctorFinding(
                verdict: .warn, subject: "api",
                found: "the API listens on \(host) without TLS: tokens and answers can be read on the way",
                next: "let it listen on 127.0.0.1, behind a proxy that speaks TLS; see docs/reference/http-api.md")
        ]
    }

    /// A record number is nobody's until it is declared whose numbers it belongs to.
    private var unusedNumbers: [DoctorFinding] {
        jobs.filter { job in
            job.matchBy.contains(.recordNumber) && configuration.payer(job.payer)?.match.knowsRecordNumbers == false
        }.map { job in
            DoctorFinding(
                verdict: .warn, subject: "job \(job.name)",
                found: "match.by has record-number, which recognises nobody: 'match' of \(job.payer) has neither "
                    + "'pairs' nor 'cross-reference'",
                next: "declare one of them in pdex.yaml, or leave record-number out of the job")
        }
    }

    /// Scheme, host and port of a URL, in small letters.
    private static func origin(of url: String) -> String {
        url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).prefix(3).joined(separator: "/")
            .lowercased()
    }

    private static func isThisMachine(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
