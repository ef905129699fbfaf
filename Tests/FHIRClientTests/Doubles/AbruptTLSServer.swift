import Foundation

/// A TLS server that answers one request with the test's bytes, and ends without closing the TLS session.
final class AbruptTLSServer: Sendable {
    let certificates: TestCertificates
    let base: String
    private let process: Process

    init(answering answer: [UInt8]) throws {
        certificates = try TestCertificates()
        process = certificates.server([])
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let reader = output.fileHandleForReading
        base = "https://127.0.0.1:\(TestCertificates.port(in: reader))"
        let (process, writer) = (process, input.fileHandleForWriting)
        Thread {
            var heard: [UInt8] = []
            while heard.firstRange(of: [13, 10, 13, 10]) == nil {
                let data = reader.availableData
                guard !data.isEmpty else { return }
                heard += data
            }
            try? writer.write(contentsOf: answer)
            // Gives the server time to send the answer.
            poll(nil, 0, 200)
            process.end()
        }.start()
    }

    deinit { process.end() }
}
