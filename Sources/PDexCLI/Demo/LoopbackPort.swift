import Glibc

/// A TCP port of this machine.
enum LoopbackPort {
    /// Whether a port of 127.0.0.1 is free.
    static func isFree(_ port: Int) -> Bool { obstacle(to: port) == nil }

    /// The `errno` for which a port of 127.0.0.1 cannot be bound; nil if it can.
    static func obstacle(to port: Int) -> Int32? {
        guard let number = UInt16(exactly: port) else { return EINVAL }
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return errno }
        defer { close(socket) }
        var isReused: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &isReused, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = number.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 ? nil : errno
            }
        }
    }
}
