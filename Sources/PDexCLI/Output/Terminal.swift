import Foundation
import Glibc

/// What the terminal can do.
enum Terminal {
    /// Whether stderr is a terminal.
    static var isThere: Bool { isatty(2) == 1 }

    /// Whether colours may be written to a file descriptor (https://no-color.org).
    static func allowsColour(on descriptor: Int32) -> Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(descriptor) == 1 && environment["TERM"] != "dumb" && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// How many letters go into a line of the terminal that stderr is; 80 when it does not tell.
    static var columns: Int {
        var size = winsize()
        return ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// A bar on a terminal, lines in a file or pipe.
    static var progressStyle: RunProgress.Style {
        isThere && ProcessInfo.processInfo.environment["TERM"] != "dumb" ? .bar : .lines
    }

    /// Writes a whole text to a file descriptor; what cannot be written is lost, as when the reader has gone.
    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || (count < 0 && errno == EINTR) else { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}
