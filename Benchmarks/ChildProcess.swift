import Glibc

/// A process of its own, so that what it uses can be told apart.
struct ChildProcess {
    let id: pid_t

    /// Starts `arguments[0]`; both outputs go to `log`.
    init(_ arguments: [String], log: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var raw: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in raw { free(pointer) } }
        var id: pid_t = 0
        let failure = posix_spawn(&id, arguments[0], &actions, nil, &raw, environ)
        guard failure == 0 else { throw BenchmarkError("cannot start \(arguments[0])") }
        self.id = id
    }

    /// Waits for its end; its exit code and what it used.
    func wait() -> (code: Int32, usage: Usage) {
        var status: Int32 = 0
        var raw = rusage()
        while wait4(id, &status, 0, &raw) < 0, errno == EINTR {}
        return ((status >> 8) & 0xff, Usage(raw))
    }

    /// Ends it and waits for its end.
    func end() {
        kill(id, SIGTERM)
        _ = wait()
    }
}

/// Why a benchmark could not be made.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
