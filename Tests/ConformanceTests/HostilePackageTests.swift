import FHIR
import Testing

@testable import Conformance

@Suite("No package keeps the validator busy")
struct HostilePackageTests {
    private static func library(_ definitions: [JSONValue]) throws -> ProfileLibrary {
        let archive = Archive.tgz(
            [("package/package.json", SmallGuide.manifest)]
                + definitions.enumerated().map { ("package/d\($0.offset).json", $0.element.serialized(pretty: false)) })
        return ProfileLibrary(PackageSet([try IGPackage(archive: archive, named: "hostile")]))
    }

    private static func valueSet(_ name: String, including others: [String]) -> JSONValue {
        [
            "resourceType": "ValueSet", "url": .string("http://example.org/" + name), "version": "1",
            "compose": ["include": .array(others.map { ["valueSet": [.string("http://example.org/" + $0)]] })],
        ]
    }

    private static let leaf: JSONValue = [
        "resourceType": "ValueSet", "url": "http://example.org/leaf", "version": "1",
        "compose": ["include": [["system": "urn:s", "concept": [["code": "a"]]]]],
    ]

    private static func coding(_ code: String) -> JSONValue { ["system": "urn:s", "code": .string(code)] }

    @Test("a value set that includes itself many times ends, and what is in it cannot be said")
    func circle() throws {
        let library = try Self.library([Self.valueSet("own", including: Array(repeating: "own", count: 40))])

        #expect(library.isMember(Self.coding("a"), of: "http://example.org/own") == nil)
    }

    @Test("a long chain of value sets is followed to its end")
    func chain() throws {
        let links = (0..<30).map { place in
            Self.valueSet("v\(place)", including: [place == 29 ? "leaf" : "v\(place + 1)"])
        }
        let library = try Self.library(links + [Self.leaf])

        #expect(library.isMember(Self.coding("a"), of: "http://example.org/v0") == true)
        #expect(library.isMember(Self.coding("b"), of: "http://example.org/v0") == false)
    }

    @Test("a pattern that has too many ways to match is no trap")
    func pattern() throws {
        let code = String(repeating: "a", count: 60)
        let system: JSONValue = [
            "resourceType": "CodeSystem", "url": "urn:s", "version": "1", "content": "complete",
            "concept": [["code": .string(code + "!")], ["code": .string(code)]],
        ]
        let filtered: JSONValue = [
            "resourceType": "ValueSet", "url": "http://example.org/regex", "version": "1",
            "compose": [
                "include": [
                    [
                        "system": "urn:s",
                        "filter": [["property": "code", "op": "regex", "value": "(a|aa)+"]],
                    ]
                ]
            ],
        ]
        let library = try Self.library([system, filtered])

        #expect(library.isMember(Self.coding(code + "!"), of: "http://example.org/regex") == false)
        #expect(library.isMember(Self.coding(code), of: "http://example.org/regex") == true)
    }
}
