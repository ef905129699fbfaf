import Foundation

/// A TLS server that speaks HTTP/1.0 and has one file, `/metadata`.
final class TLSServer: Sendable {
    let certificates: TestCertificates
    let base: String
    private let process: Process

    /// Starts a server whose certificate is for `host`, with more arguments for `s_server`.
    init(host: String = "IP:127.0.0.1", _ arguments: [String] = []) throws {
        certificates = try TestCertificates(host: host)
        try certificates.folder.write("metadata", [UInt8]("{}".utf8))
        process = certificates.server(["-WWW"] + arguments)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        base = "https://127.0.0.1:\(TestCertificates.port(in: output.fileHandleForReading))"
    }

    deinit { process.end() }
}
