import Foundation

/// The least that can be done with an export's files: curl downloads them, and sqlite3 imports their lines into a table
/// with one column and no index.
struct PlainTools {
    let folder: URL

    /// The CPU seconds of both; nil when either is not installed.
    func cpuSeconds(of urls: [String]) throws -> Double? {
        guard let curl = Self.find("curl"), let sqlite = Self.find("sqlite3") else { return nil }
        let log = folder.appendingPathComponent("plain.log").path
        let names = urls.indices.map { folder.appendingPathComponent("plain-\($0).ndjson").path }
        var fetch = [curl, "--silent", "--fail", "--compressed"]
        for (url, name) in zip(urls, names) { fetch += ["--output", name, url] }
        var total = try Self.run(fetch, log)
        let database = folder.appendingPathComponent("plain.db").path
        var statements = ["CREATE TABLE line (text TEXT)", ".mode ascii", #".separator "\037" "\n""#]
        statements += names.map { ".import \($0) line" }
        total += try Self.run([sqlite, database] + statements, log)
        return total
    }

    private static func run(_ arguments: [String], _ log: String) throws -> Double {
        let (code, usage) = try ChildProcess(arguments, log: log).wait()
        guard code == 0 else { throw BenchmarkError("\(arguments[0]) ended with \(code); see \(log)") }
        return usage.cpuSeconds
    }

    private static func find(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
