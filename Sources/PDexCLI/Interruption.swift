import Foundation
import Glibc
import Synchronization

/// Ctrl-C and `kill`: the first signal asks the work to stop where it is, the second ends the process.
enum Interruption {
    private static let count = Mutex(0)
    /// Where the handler writes; unsafe because C calls the handler. Set once, before the handler is installed.
    private nonisolated(unsafe) static var wakeUp: Int32 = -1

    /// Whether a signal has come.
    static var wasRequested: Bool { count.withLock { $0 > 0 } }

    /// Waits for signals on a thread of its own; `stop` is called for the first.
    ///
    /// Blocking signals for `sigwait` would not work: the main thread of an async program waits with all unblocked.
    static func listen(_ stop: @escaping @Sendable () -> Void) {
        // A closed pipe on stdout is an error of `write`, not a signal.
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        let end = ends[0]
        wakeUp = ends[1]
        var action = sigaction()
        // Only what is safe in a handler: one write, and errno restored.
        action.__sigaction_handler.sa_handler = { _ in
            let before = errno
            var byte: UInt8 = 0
            _ = Glibc.write(Interruption.wakeUp, &byte, 1)
            errno = before
        }
        action.sa_flags = SA_RESTART
        sigaction(SIGINT, &action, nil)
        sigaction(SIGTERM, &action, nil)
        Thread {
            var byte: UInt8 = 0
            while true {
                guard read(end, &byte, 1) == 1 else { continue }
                guard
                    count.withLock({
                        $0 += 1; return $0 == 1
                    })
                else { _exit(CommandStatus.interrupted.rawValue) }
                stop()
            }
        }.start()
    }
}
