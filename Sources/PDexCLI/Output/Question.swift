import Glibc

/// Asks the person at the terminal.
enum Question {
    /// Whether somebody is at the terminal and says yes.
    static func ask(_ question: String) -> Bool {
        guard isatty(0) == 1, Terminal.isThere else { return false }
        Terminal.write("\(question) [y/N] ", to: 2)
        return ["y", "yes"].contains((readLine() ?? "").lowercased())
    }
}
