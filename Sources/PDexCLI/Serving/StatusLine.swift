import Synchronization

/// One line at the bottom of the terminal that is rewritten, while log lines go by above it.
final class StatusLine: Sendable {
    private let shown = Mutex("")
    private let columns: @Sendable () -> Int
    private let write: @Sendable (String) -> Void

    private static let erase = "\r\u{1B}[K"

    /// A status line on the terminal behind stderr.
    static var onTerminal: StatusLine {
        StatusLine(columns: { Terminal.columns }, write: { Terminal.write($0, to: 2) })
    }

    /// A line no longer than `columns`, which may change; `write` writes to the terminal.
    init(columns: @escaping @Sendable () -> Int, write: @escaping @Sendable (String) -> Void) {
        self.columns = columns
        self.write = write
    }

    /// Replaces the line shown.
    func show(_ text: String) {
        // A line that wraps could not be erased.
        let line = String(text.prefix(max(columns() - 1, 0)))
        shown.withLock { shown in
            guard line != shown else { return }
            shown = line
            write(Self.erase + line)
        }
    }

    /// Writes complete lines above it.
    func pass(_ lines: String) {
        shown.withLock { write((($0.isEmpty) ? "" : Self.erase) + lines + $0) }
    }

    /// Removes it for good.
    func end() {
        shown.withLock { shown in
            if !shown.isEmpty { write(Self.erase) }
            shown = ""
        }
    }
}
