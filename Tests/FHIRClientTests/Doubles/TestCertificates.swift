import Foundation

/// Certificates from an authority made for the test, and servers of the OpenSSL command line that use them.
struct TestCertificates: Sendable {
    static let openssl = "/usr/bin/openssl"
    static var isPossible: Bool { FileManager.default.isExecutableFile(atPath: openssl) }

    /// Where the files are: `ca.pem`, and `server` and `client` with the endings `.pem` and `.key`.
    let folder: TemporaryFolder

    /// Makes an authority, and certificates for `host` from it that are valid for that many days from now.
    init(host: String = "IP:127.0.0.1", days: Int = 30) throws {
        folder = try TemporaryFolder()
        try folder.write("ext", [UInt8]("subjectAltName=\(host)".utf8))
        try run([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca",
        ])
        for name in ["server", "client"] {
            try run([
                "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "\(name).key", "-out", "\(name).csr", "-subj",
                "/CN=\(name)",
            ])
            try run([
                "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", "\(days)", "-extfile", "ext", "-out", "\(name).pem",
            ])
        }
    }

    /// The file of the authority.
    var authority: String { folder.path + "/ca.pem" }

    /// A TLS server with these certificates on a port of its own, with more arguments for `s_server`.
    func server(_ arguments: [String]) -> Process {
        command(
            ["s_server", "-accept", "0", "-cert", "server.pem", "-key", "server.key", "-CAfile", "ca.pem"] + arguments)
    }

    /// The port in the line `ACCEPT [::]:37665`, once it is written; 0 when the server ends without it.
    static func port(in output: FileHandle) -> Int {
        var text = ""
        while true {
            let data = output.availableData
            text += String(decoding: data, as: UTF8.self)
            let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().first {
                $0.hasPrefix("ACCEPT")
            }
            if let line { return line.split(separator: ":").last.flatMap { Int($0) } ?? 0 }
            if data.isEmpty { return 0 }
        }
    }

    private func run(_ arguments: [String]) throws {
        let process = command(arguments)
        try process.run()
        process.waitUntilExit()
    }

    private func command(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.openssl)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        return process
    }
}

extension Process {
    /// Ends the process for certain: it may have inherited a thread's signal mask that blocks SIGTERM.
    func end() {
        if isRunning { kill(processIdentifier, SIGKILL) }
    }
}
