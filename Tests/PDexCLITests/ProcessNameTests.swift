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
