import Foundation

/// A TLS server that speaks HTTP/1.0 and has one file, `/metadata`.
final class TLSServer: Sendable {
    let certificates: TestCertificates
    let base: String
    private let process: Process

    /// The port.
    let port: Int

    /// Starts a server whose certificate is for `host` and valid for that many days, with more arguments for
    /// `s_server`; on a port of its own, or on one that another server has left.
    init(host: String = "IP:127.0.0.1", days: Int = 30, port: Int = 0, _ arguments: [String] = []) throws {
        certificates = try TestCertificates(host: host, days: days)
        try certificates.folder.write("metadata", [UInt8]("{}".utf8))
        process = certificates.server(["-WWW", "-accept", "\(port)"] + arguments)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let told = TestCertificates.port(in: output.fileHandleForReading)
        self.port = port == 0 ? told : port
        base = "https://127.0.0.1:\(self.port)"
    }

    /// Ends it, and frees its port.
    func stop() {
        process.end()
        process.waitUntilExit()
    }

    deinit { process.end() }
}
