import Foundation
import Synchronization

/// An HTTP/1.1 server on a loopback port of its own that answers exactly what the test wrote, byte for byte.
///
/// It runs on threads of its own, as long as the test process or until ``stop()``.
final class ScriptedServer: Sendable {
    /// One request as it arrived.
    struct Received: Sendable {
        let method: String
        let target: String
        let headers: [(name: String, value: String)]
        let body: [UInt8]

        func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// What to do with a request.
    enum Reply: Sendable {
        /// Write the bytes and wait for the next request.
        case keep([UInt8])
        /// Write the bytes and close.
        case close([UInt8])
        /// Write the bytes, then the piece again and again until the client leaves.
        case endless([UInt8], piece: [UInt8])
        /// The same, and tell how much the connection took before it would take no more.
        case flood([UInt8], piece: [UInt8], Flood)
        /// Write the bytes, then the piece every 20 ms, so many times, and wait for the next request.
        case drip([UInt8], piece: [UInt8], times: Int)
        /// Never answer.
        case hang([UInt8])

        static func ok(_ body: String, _ fields: String = "", status: Int = 200) -> Reply {
            let length = "Content-Length: \(body.utf8.count)\r\n"
            return .keep([UInt8]("HTTP/1.1 \(status) X\r\n\(length)\(fields)\r\n\(body)".utf8))
        }
    }

    let port: Int
    private let listener: Int32
    private let arrived = Mutex<[Received]>([])

    init(_ script: @escaping @Sendable (Received, _ number: Int) -> Reply) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 512) == 0
                    && getsockname(listener, generic, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread { [self] in Self.serve(connection, script, note) }.start()
            }
        }.start()
    }

    /// Refuses connections from now on.
    func stop() {
        // Not closed: the thread that accepts could otherwise meet another server under the same descriptor.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    var base: String { "http://127.0.0.1:\(port)" }
    var received: [Received] { arrived.withLock { $0 } }

    private func note(_ request: Received) -> Int {
        arrived.withLock { requests in
            requests.append(request)
            return requests.count
        }
    }

    private static func serve(
        _ connection: Int32, _ script: (Received, Int) -> Reply, _ note: (Received) -> Int
    ) {
        defer { Foundation.close(connection) }
        var pending: [UInt8] = []
        while let request = next(connection, &pending) {
            switch script(request, note(request)) {
            case .keep(let bytes):
                guard write(bytes, to: connection) else { return }
            case .close(let bytes):
                _ = write(bytes, to: connection)
                return
            case .endless(let head, let piece):
                guard write(head, to: connection) else { return }
                while write(piece, to: connection) {}
                return
            case .flood(let head, let piece, let flood):
                guard write(head, to: connection) else { return }
                flood.pour(piece, into: connection)
                return
            case .drip(let head, let piece, let times):
                guard write(head, to: connection) else { return }
                for _ in 0..<times {
                    // Nothing is to be read but the end of the connection: the client has left.
                    var wait = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
                    guard poll(&wait, 1, 20) == 0, write(piece, to: connection) else { return }
                }
            case .hang(let bytes):
                _ = write(bytes, to: connection)
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
                return
            }
        }
    }

    private static func write(_ bytes: [UInt8], to connection: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private static func next(_ connection: Int32, _ pending: inout [UInt8]) -> Received? {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let end = [UInt8]("\r\n\r\n".utf8)
        while true {
            if let range = pending.firstRange(of: end) {
                let lines = String(decoding: pending[..<range.lowerBound], as: UTF8.self).components(
                    separatedBy: "\r\n")
                let headers = lines.dropFirst().map { line in
                    let parts = line.split(separator: ":", maxSplits: 1)
                    return (
                        name: String(parts[0]), value: parts.last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
                    )
                }
                let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
                while pending.count < range.upperBound + length {
                    let count = recv(connection, &buffer, buffer.count, 0)
                    guard count > 0 else { return nil }
                    pending += buffer[..<count]
                }
                let words = lines[0].split(separator: " ")
                let body = Array(pending[range.upperBound..<range.upperBound + length])
                pending.removeFirst(range.upperBound + length)
                return Received(method: String(words[0]), target: String(words[1]), headers: headers, body: body)
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            pending += buffer[..<count]
        }
    }
}
