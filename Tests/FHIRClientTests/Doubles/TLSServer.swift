import Foundation

/// A TLS server of the OpenSSL command line, with certificates made for the occasion by an authority of its own.
final class TLSServer: Sendable {
    static let openssl = "/usr/bin/openssl"
    static var isPossible: Bool { FileManager.default.isExecutableFile(atPath: openssl) }

    /// Where the certificates are: `ca.pem`, `client.pem`, `client.key`.
    let folder: TemporaryFolder
    let base: String
    private let process: Process

    /// Starts a server whose certificate is for `host`, with more arguments for `s_server`.
    init(host: String = "IP:127.0.0.1", _ arguments: [String] = []) throws {
        let folder = try TemporaryFolder()
        try folder.write("ext", [UInt8]("subjectAltName=\(host)".utf8))
        try Self.run(
            folder,
            ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca"])
        for name in ["server", "client"] {
            try Self.run(
                folder,
                [
                    "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "\(name).key", "-out", "\(name).csr", "-subj",
                    "/CN=\(name)",
                ])
            try Self.run(
                folder,
                [
                    "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                    "-extfile", "ext", "-out", "\(name).pem",
                ])
        }
        try folder.write("metadata", [UInt8]("{}".utf8))
        let server = Self.command(
            folder,
            [
                "s_server", "-accept", "0", "-cert", "server.pem", "-key", "server.key", "-WWW", "-CAfile", "ca.pem",
            ] + arguments)
        let output = Pipe()
        server.standardOutput = output
        try server.run()
        process = server
        self.folder = folder
        base = "https://127.0.0.1:\(Self.port(in: output))"
    }

    /// The port in the line `ACCEPT [::]:37665`, once it is written; 0 when the server ends without it.
    private static func port(in output: Pipe) -> Int {
        var text = ""
        while true {
            let data = output.fileHandleForReading.availableData
            text += String(decoding: data, as: UTF8.self)
            let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().first {
                $0.hasPrefix("ACCEPT")
            }
            if let line { return line.split(separator: ":").last.flatMap { Int($0) } ?? 0 }
            if data.isEmpty { return 0 }
        }
    }

    deinit { process.terminate() }

    private static func run(_ folder: TemporaryFolder, _ arguments: [String]) throws {
        let process = command(folder, arguments)
        try process.run()
        process.waitUntilExit()
    }

    private static func command(_ folder: TemporaryFolder, _ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: openssl)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        return process
    }
}
