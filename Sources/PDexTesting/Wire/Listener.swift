import Foundation
import Synchronization

/// An HTTP/1.1 server on a loopback port of its own that counts connections, records requests, and sends the answers
/// that the test wrote, byte for byte.
public final class Listener: Sendable {
    /// What to do with a request.
    public enum Reply: Sendable {
        /// Write the bytes and wait for the next request.
        case keep([UInt8])
        /// Write the bytes and close.
        case close([UInt8])
        /// Write the bytes and reset the connection.
        case reset([UInt8])
        /// Write the bytes, and then nothing until the client leaves.
        case hang([UInt8])
        /// Write the bytes, then the piece again and again until the client leaves.
        case endless([UInt8], piece: [UInt8])
        /// Write the bytes, then the pieces one by one with that many milliseconds in between, and wait for the next
        /// request.
        case drip([UInt8], pieces: [[UInt8]], milliseconds: Int32)
        /// Write the bytes, then hand the connection to the test, and close it.
        case hand([UInt8], @Sendable (Int32) -> Void)

        /// A body with its length; then wait for the next request.
        public static func ok(_ body: String, _ fields: String = "", status: Int = 200) -> Reply {
            let length = "Content-Length: \(body.utf8.count)\r\n"
            return .keep([UInt8]("HTTP/1.1 \(status) X\r\n\(length)\(fields)\r\n\(body)".utf8))
        }

        /// The status, when there is a header.
        public var status: Int? {
            switch self {
            case .keep(let bytes), .close(let bytes), .reset(let bytes), .hang(let bytes), .endless(let bytes, _),
                .drip(let bytes, _, _), .hand(let bytes, _):
                Int(String(decoding: bytes.dropFirst(9).prefix(3), as: UTF8.self))
            }
        }
    }

    private struct State: ~Copyable {
        var socket: Int32
        var isStopped = false
        var connections = 0
        var received: [ArrivedRequest] = []
    }

    /// The port.
    public let port: Int
    private let script: @Sendable (ArrivedRequest, _ number: Int) -> Reply
    private let state: Mutex<State>

    /// Listens, and answers by `script` on threads of its own.
    public convenience init(_ script: @escaping @Sendable (ArrivedRequest) -> Reply) throws {
        try self.init { request, _ in script(request) }
    }

    /// Listens; the script also gets the number of the request, from 1.
    public init(_ script: @escaping @Sendable (ArrivedRequest, _ number: Int) -> Reply) throws {
        let (socket, port) = try Self.bound(to: 0)
        self.port = port
        self.script = script
        state = Mutex(State(socket: socket))
        acceptAll(on: socket)
    }

    /// The address.
    public var base: String { "http://127.0.0.1:\(port)" }
    /// How many connections were made, whether or not requests came over them.
    public var connections: Int { state.withLock { $0.connections } }
    /// The requests that arrived.
    public var received: [ArrivedRequest] { state.withLock { $0.received } }

    /// Refuses connections from now on; existing ones stay open.
    public func stop() {
        // The accepting thread closes the socket: closed here, its number might already belong to another.
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            _ = shutdown(state.socket, Int32(SHUT_RDWR))
        }
    }

    /// Listens again on the same port, if stopped.
    public func restart() throws {
        guard state.withLock({ $0.isStopped }) else { return }
        let (socket, _) = try Self.bound(to: port)
        state.withLock {
            $0.isStopped = false
            $0.socket = socket
        }
        acceptAll(on: socket)
    }

    private static func bound(to port: Int) throws -> (socket: Int32, port: Int) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        address.sin_port = in_port_t(port).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 1024) == 0
                    && getsockname(listener, generic, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }

    private func acceptAll(on socket: Int32) {
        Thread { [self] in
            while true {
                let connection = accept(socket, nil, nil)
                guard connection >= 0 else {
                    Foundation.close(socket)
                    return
                }
                state.withLock { $0.connections += 1 }
                Thread { [self] in serve(connection) }.start()
            }
        }.start()
    }

    private func serve(_ connection: Int32) {
        defer { Foundation.close(connection) }
        var pending: [UInt8] = []
        while let request = ArrivedRequest.next(on: connection, &pending) {
            let number = state.withLock { state in
                state.received.append(request)
                return state.received.count
            }
            switch script(request, number) {
            case .keep(let bytes):
                guard Self.write(bytes, to: connection) else { return }
            case .close(let bytes):
                _ = Self.write(bytes, to: connection)
                return
            case .reset(let bytes):
                _ = Self.write(bytes, to: connection)
                var abrupt = linger(l_onoff: 1, l_linger: 0)
                setsockopt(connection, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
                return
            case .hang(let bytes):
                _ = Self.write(bytes, to: connection)
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
                return
            case .endless(let head, let piece):
                guard Self.write(head, to: connection) else { return }
                while Self.write(piece, to: connection) {}
                return
            case .drip(let head, let pieces, let milliseconds):
                guard Self.write(head, to: connection) else { return }
                for piece in pieces {
                    // Only the end of the connection can be readable here: the client has left.
                    var wait = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
                    guard poll(&wait, 1, milliseconds) == 0, Self.write(piece, to: connection) else { return }
                }
            case .hand(let head, let take):
                guard Self.write(head, to: connection) else { return }
                take(connection)
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
}
