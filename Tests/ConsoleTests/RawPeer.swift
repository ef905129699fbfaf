import Foundation

/// A client that sends exactly the given bytes to a loopback port, and reads what comes back.
final class RawPeer: Sendable {
    private let socket: Int32

    /// Connects.
    init(port: Int) throws {
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.socket = socket
        // A server that never answers fails the test instead of blocking it for ever.
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        address.sin_port = in_port_t(port).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(socket) }

    /// Sends the text; each `\n` is sent as HTTP ends its lines.
    func say(_ text: String) {
        let bytes = [UInt8](text.replacing("\n", with: "\r\n").utf8)
        _ = bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Closes the sending side, and keeps reading.
    func fallSilent() {
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Whether something has come that was not read yet.
    var isSpokenTo: Bool {
        var state = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, 0) > 0
    }

    /// Reads until the server has sent `words`, or closes; nil when it does neither.
    func hear(until words: String? = nil) async -> String? {
        await withCheckedContinuation { waiting in
            // On a thread of its own, because it blocks.
            Thread { [self] in waiting.resume(returning: heard(until: words)) }.start()
        }
    }

    private func heard(until words: String?) -> String? {
        var heard = ""
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while words.map({ !heard.contains($0) }) ?? true {
            let count = recv(socket, &piece, piece.count, 0)
            guard count > 0 else { return count == 0 ? heard : nil }
            heard += String(decoding: piece[..<count], as: UTF8.self)
        }
        return heard
    }
}
