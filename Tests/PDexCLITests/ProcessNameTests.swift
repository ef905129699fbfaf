import Foundation
import Testing

@testable import PDexCLI

@Suite("The name of a process")
struct ProcessNameTests {
    @Test("this process is not gone, and its name can be read back")
    func current() throws {
        let name = try #require(ProcessName(ProcessName.current.text))

        #expect(name == ProcessName.current)
        #expect(!name.isGone)
    }

    @Test("a number that is used again does not make an ended process live")
    func reused() throws {
        let name = try #require(ProcessName("\(ProcessName.current.host)/\(ProcessName.current.pid)/1"))

        #expect(name.isGone)
    }

    @Test("a process that ended is gone, though its parent has not asked what came of it", .timeLimit(.minutes(1)))
    func unreaped() throws {
        var child: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/true"), nil]
        defer { for argument in arguments { free(argument) } }
        try #require(posix_spawn(&child, "/bin/true", nil, nil, &arguments, environ) == 0)
        defer { waitpid(child, nil, 0) }
        // Waits for its end without reaping it, so that it can still be asked about.
        var end = siginfo_t()
        try #require(waitid(P_PID, id_t(child), &end, WEXITED | WNOWAIT) == 0)

        let name = try #require(ProcessName("\(ProcessName.current.host)/\(child)/0"))

        #expect(name.isGone)
    }

    @Test(
        "what the kernel says of a process tells whether it has ended, whatever its command is called",
        arguments: [
            ("1 (pdex) R 1", 4, false), ("1 (pdex) S 1", 1, false), ("1 (pdex) Z 1", 1, true),
            ("1 (pdex) X 1", 0, true), ("1 (a) Z (b) S 1", 1, false), ("1 (a) S (b) Z 1", 1, true),
            // Its first thread has ended, and others continue.
            ("1 (pdex) Z 1", 3, false),
        ])
    func ended(beginning: String, threads: Int, isGone: Bool) throws {
        let line = beginning + String(repeating: " 0", count: 15) + " \(threads) 0 77 0"

        let fields = try #require(ProcessName.fields(in: line))

        #expect(ProcessName.hasEnded(fields) == isGone)
    }

    @Test("a process of another machine is never called gone")
    func elsewhere() throws {
        #expect(try #require(ProcessName("elsewhere.example/1/1")).isGone == false)
    }

    @Test("what holds a run is a process of this machine that has not ended")
    func claims() throws {
        let ended = try #require(ProcessName("\(ProcessName.current.host)/\(ProcessName.current.pid)/1"))
        let elsewhere = try #require(ProcessName("elsewhere.example/1/1"))

        #expect(ended.hasNoClaim)
        #expect(elsewhere.hasNoClaim)
        #expect(!ProcessName.current.hasNoClaim)
    }

    @Test("anything else is no name", arguments: ["", "a", "a/b/c", "a/1", "a/-1/2", "a/1/2/3", "a/0/1"])
    func malformed(_ text: String) {
        #expect(ProcessName(text) == nil)
    }
}
