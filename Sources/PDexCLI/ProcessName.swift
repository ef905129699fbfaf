import Foundation
import Glibc

/// The name under which a process holds claims: its machine, its id, and when it started, so that a later process with
/// the same id is not taken for it.
struct ProcessName: Sendable, Hashable {
    let host: String
    let pid: Int32
    /// In the kernel's ticks since boot; 0 when that cannot be read.
    let started: UInt64

    /// This process.
    static let current = ProcessName(
        host: ProcessInfo.processInfo.hostName.replacing("/", with: "-"), pid: getpid(),
        started: fields(of: getpid()).map { startTicks($0) } ?? 0)

    private init(host: String, pid: Int32, started: UInt64) {
        self.host = host
        self.pid = pid
        self.started = started
    }

    /// Reads `host/pid/ticks`.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let pid = Int32(parts[1]), let started = UInt64(parts[2]), pid > 0 else { return nil }
        self.init(host: String(parts[0]), pid: pid, started: started)
    }

    /// `host/pid/ticks`.
    var text: String { "\(host)/\(pid)/\(started)" }

    /// Whether the process has certainly ended; a process on another machine cannot be judged.
    var isGone: Bool {
        guard host == Self.current.host else { return false }
        if kill(pid, 0) != 0, errno == ESRCH { return true }
        guard let fields = Self.fields(of: pid) else { return false }
        if Self.hasEnded(fields) { return true }
        let now = Self.startTicks(fields)
        return started != 0 && now != 0 && now != started
    }

    /// Whether the process cannot be working on anything here: it has ended, or belongs to another machine.
    ///
    /// A SQLite store belongs to one machine, so another name means that the machine was renamed or its container
    /// replaced; nobody could ever tell that such a process has ended.
    var hasNoClaim: Bool { host != Self.current.host || isGone }

    private static func fields(of pid: Int32) -> [Substring]? {
        (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)).flatMap { fields(in: $0) }
    }

    /// The fields of `/proc/PID/stat` from the third on; the second, the command in brackets, may itself contain spaces
    /// and brackets.
    static func fields(in text: String) -> [Substring]? {
        text.lastIndex(of: ")").map { text[text.index(after: $0)...].split(separator: " ") }
    }

    /// Whether it has ended and only awaits its parent's `wait`, with no thread left.
    static func hasEnded(_ fields: [Substring]) -> Bool {
        guard fields.count > 17, let threads = Int(fields[17]) else { return false }
        return threads <= 1 && (fields[0] == "Z" || fields[0] == "X")
    }

    /// The start time, field 22 of the whole line.
    private static func startTicks(_ fields: [Substring]) -> UInt64 {
        fields.count > 19 ? UInt64(fields[19]) ?? 0 : 0
    }
}
