import DeclarativeFiles
import FHIR
import Foundation
import PDex
import Testing

@testable import Conformance

@Suite("Value sets of our own")
struct ValueSetFolderTests {
    private static let digests = Digests { bytes in
        (0..<32).map { place in bytes.reduce(UInt8(place)) { $0 &* 31 &+ $1 } }
    }

    private static let sugar = """
        { "resourceType": "ValueSet", "url": "http://example.org/vs/sugar", "version": "1", "status": "active",
          "compose": { "include": [{ "system": "http://loinc.org", "concept": [{ "code": "2339-0" }] }] } }
        """

    /// A folder of mappings that is removed after the test.
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

        init(_ files: [String: String]) throws {
            let inner = path + "/" + ValueSetFolder.name
            try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
            for (name, text) in files { try text.write(toFile: inner + "/" + name, atomically: true, encoding: .utf8) }
        }

        deinit {
            try? FileManager.default.removeItem(atPath: path)
        }

        func package() throws(FileDiagnostics) -> IGPackage? {
            try ValueSetFolder.load(mappings: path, digests: digests)
        }

        var problems: [String] {
            do {
                _ = try package()
                return []
            } catch {
                return error.all.map { $0.description.replacingOccurrences(of: path + "/", with: "") }
            }
        }
    }

    private static func validator(_ files: [String: String]) throws -> Validator {
        let package = try #require(try Folder(files).package())
        return Validator(PackageSet([]).preceded(by: package))
    }

    private static func coding(_ system: String, _ code: String) -> JSONValue {
        ["system": .string(system), "code": .string(code)]
    }

    @Test("say which codes are theirs, of a Coding, a CodeableConcept and with a version")
    func members() throws {
        let validator = try Self.validator(["sugar.json": Self.sugar])
        let url = "http://example.org/vs/sugar"

        #expect(validator.isMember(Self.coding("http://loinc.org", "2339-0"), of: url) == true)
        #expect(validator.isMember(["coding": [Self.coding("http://loinc.org", "2339-0")]], of: url + "|1") == true)
        #expect(validator.isMember(Self.coding("http://loinc.org", "1-8"), of: url) == false)
        #expect(validator.isMember(Self.coding("http://loinc.org", "2339-0"), of: "http://example.org/vs/none") == nil)
    }

    @Test("are decided only when all that they draw on is there")
    func decided() throws {
        let all = """
            { "resourceType": "ValueSet", "url": "http://example.org/vs/colours",
              "compose": { "include": [{ "system": "http://example.org/colours" }] } }
            """
        let system = """
            { "resourceType": "CodeSystem", "url": "http://example.org/colours", "content": "complete",
              "concept": [{ "code": "red" }] }
            """

        #expect(try Self.validator(["sugar.json": Self.sugar]).decides("http://example.org/vs/sugar"))
        #expect(try !Self.validator(["all.json": all]).decides("http://example.org/vs/colours"))
        #expect(try Self.validator(["all.json": all, "s.json": system]).decides("http://example.org/vs/colours"))
        #expect(try !Self.validator(["all.json": all]).decides("http://example.org/vs/none"))
    }

    @Test("change what decides verdicts with every byte, and are nothing without a folder")
    func identity() throws {
        let one = try Self.validator(["sugar.json": Self.sugar]).identity
        let other = try Self.validator(["sugar.json": Self.sugar.replacing("2339-0", with: "2345-7")]).identity

        #expect(one != other)
        #expect(try Folder([:]).package() == nil)
    }

    @Test("are read strictly, and every problem is told")
    func problems() throws {
        let folder = try Folder([
            "a.json": Self.sugar, "b.json": Self.sugar, "c.json": "{",
            "d.json": #"{"resourceType":"Patient","id":"x"}"#,
            "notes.txt": "passed over",
        ])

        #expect(
            folder.problems.map { String($0.drop { $0 != ":" }.dropFirst(2)) } == [
                "a.json has the same url and version", "the file is not JSON: unexpectedEnd at byte 1",
                "a ValueSet or a CodeSystem with a url is expected here",
            ])
    }
}
