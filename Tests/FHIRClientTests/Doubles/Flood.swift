import Foundation
import Synchronization

/// Writes endlessly into a connection, and reports how much was accepted before that stopped.
final class Flood: Sendable {
    private struct State: ~Copyable {
        var taken: Int?
        var waiter: CheckedContinuation<Int, Never>?
    }

    /// The most that is written: by then, nothing has held the server back.
    private let most: Int
    private let state = Mutex(State())

    init(most: Int) {
        self.most = most
    }

    /// The bytes accepted until the connection accepted none for half a second, or all of them.
    func taken() async -> Int {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state in
                if state.taken == nil { state.waiter = continuation }
                return state.taken
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Writes until the other side leaves; on the server's thread.
    func pour(_ piece: [UInt8], into connection: Int32) {
        // A small buffer on this side leaves the decision to the other one.
        var size: Int32 = 64 << 10
        setsockopt(connection, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        var total = 0
        var wait = pollfd(fd: connection, events: Int16(POLLOUT), revents: 0)
        while total < most {
            if poll(&wait, 1, 500) == 0 {
                tell(total)
                poll(&wait, 1, -1)
            }
            let start = total % piece.count
            let count = piece[start...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            guard count > 0 || errno == EAGAIN || errno == EINTR else { break }
            total += max(count, 0)
        }
        tell(total)
    }

    private func tell(_ total: Int) {
        let waiter = state.withLock { state in
            guard state.taken == nil else { return nil as CheckedContinuation<Int, Never>? }
            state.taken = total
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: total)
    }
}
