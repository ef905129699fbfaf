import Foundation

/// A loopback port whose queue is full: a connection to it is neither made nor refused.
final class FullPort: Sendable {
    let base: String
    private let sockets: [Int32]

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var sockets = [listener]
        try Self.withPointer(&address) { pointer, length in
            guard bind(listener, pointer, length) == 0, listen(listener, 0) == 0 else {
                throw POSIXError(.EADDRNOTAVAIL)
            }
            var told = length
            getsockname(listener, pointer, &told)
            // Nobody accepts: how much more than its length the queue takes differs between kernels.
            for _ in 0..<8 {
                let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
                _ = connect(client, pointer, length)
                sockets.append(client)
            }
        }
        self.sockets = sockets
        base = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    }

    deinit { for socket in sockets { close(socket) } }

    private static func withPointer(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) throws -> Void
    ) throws {
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
