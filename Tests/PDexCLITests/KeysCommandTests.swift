import ArgumentParser
import FHIR
import PDex
import Testing

@testable import PDexCLI

@Suite("pdex keys")
struct KeysCommandTests {
    private let all: JSONValue = ["keys": [["kid": "a"], ["kid": "b"], ["kid": "c"]]]

    @Test("a set has the keys that are named, or all of them")
    func chooses() throws {
        #expect(try KeysCommand.JWKS.chosen([], of: all) == all)
        #expect(try KeysCommand.JWKS.chosen(["c", "a"], of: all) == ["keys": [["kid": "a"], ["kid": "c"]]])
    }

    @Test("a set without one of the keys that are named is not made: publishing it would end that key")
    func refusesHalves() {
        let fault = #expect(throws: Fault.self) { try KeysCommand.JWKS.chosen(["a", "d"], of: all) }

        #expect(fault?.code == .keyMissing)
        #expect(fault?.message == "There is no key called d.")
    }

    @Test("more than one key can be named on the command line")
    func parses() throws {
        #expect(try KeysCommand.JWKS.parse(["--kid", "a", "--kid", "b"]).kid == ["a", "b"])
    }
}
