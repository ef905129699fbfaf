import Foundation
import Glibc

/// A separate process, so that its usage can be measured separately.
struct ChildProcess {
    let id: pid_t

    /// Starts `arguments[0]`; both outputs go to `log`, except that stderr goes to `progress` if given.
    init(_ arguments: [String], log: String, progress: String? = nil) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        if let progress {
            posix_spawn_file_actions_addopen(&actions, 2, progress, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        var raw: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in raw { free(pointer) } }
        var id: pid_t = 0
        let failure = posix_spawn(&id, arguments[0], &actions, nil, &raw, environ)
        guard failure == 0 else { throw BenchmarkError("cannot start \(arguments[0])") }
        self.id = id
    }

    /// Whether it has not ended.
    var isRunning: Bool { statistics().map { $0[0] != "Z" } ?? false }

    /// Waits for its end; returns its exit code and usage.
    func wait() -> (code: Int32, usage: Usage) {
        var status: Int32 = 0
        var raw = rusage()
        while wait4(id, &status, 0, &raw) < 0, errno == EINTR {}
        return ((status >> 8) & 0xff, Usage(raw))
    }

    /// The CPU seconds it had used when `progress` first contained `words`; nil if it ended before.
    func cpuSeconds(when progress: String, has words: String) -> Double? {
        while let fields = statistics(), fields[0] != "Z" {
            if let text = try? String(contentsOfFile: progress, encoding: .utf8), text.contains(words) {
                guard let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
                return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
            }
            usleep(2000)
        }
        return nil
    }

    /// The fields of its line in `/proc` from the state on: the field before may contain spaces.
    private func statistics() -> [Substring]? {
        let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
        guard let fields = text?.split(separator: ")").last?.split(separator: " "), fields.count > 12 else {
            return nil
        }
        return fields
    }

    /// Terminates it and waits for its end.
    func end() {
        kill(id, SIGTERM)
        _ = wait()
    }
}

/// Why a benchmark could not be run.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
