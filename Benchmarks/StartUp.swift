import Foundation
import Glibc

/// The time from process start until its first connection reaches a server.
struct StartUp {
    let pdex: String

    /// The best of five, in milliseconds.
    func milliseconds() throws -> Double {
        let sandbox = try SandboxProcess(pdex: pdex, ports: (18_570, 18_571), ["--members", "1"])
        defer { sandbox.end() }
        return try (0..<5).map { try once(sandbox, "start\($0)") }.min() ?? 0
    }

    /// Uses a new listener: a connection made by an earlier process must not be taken for this one's.
    private func once(_ sandbox: SandboxProcess, _ name: String) throws -> Double {
        let listener = try Listener()
        defer { close(listener.descriptor) }
        let configuration = try sandbox.configuration(
            name, [(from: "127.0.0.1:18570", to: "127.0.0.1:\(listener.port)")])
        let began = Date()
        let child = try ChildProcess(
            [pdex, "plan", "nightly-payer-sync", "--config", configuration], log: "/dev/null")
        let connection = accept(listener.descriptor, nil, nil)
        let elapsed = Date().timeIntervalSince(began) * 1000
        close(connection)
        child.end()
        return elapsed
    }

    /// A listening socket on a free loopback port.
    private struct Listener {
        let descriptor: Int32
        let port: UInt16

        init() throws {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let size = length
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                    bind(descriptor, raw, size) == 0 && listen(descriptor, 64) == 0
                        && getsockname(descriptor, raw, &length) == 0
                }
            }
            guard isBound else { throw BenchmarkError("no loopback port is free") }
            self.descriptor = descriptor
            port = UInt16(bigEndian: address.sin_port)
        }
    }
}
