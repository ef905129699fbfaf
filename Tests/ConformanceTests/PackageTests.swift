import FHIR
import Foundation
import PDexTesting
import Testing

@testable import Conformance

@Suite("An implementation guide's package")
struct PackageTests {
    private static let definition =
        #"{"resourceType": "ValueSet", "text": {"div": "\"url\": {"}, "url": "http://example.org/v", "version": "2.1.0"}"#

    @Test("is read from its archive, and its definitions are found by canonical and version")
    func canonicals() throws {
        let archive = Archive.tgz([
            ("package/package.json", #"{"name": "g", "version": "1", "dependencies": {"h": "2"}}"#),
            ("package/ValueSet-v.json", Self.definition),
        ])

        let package = try IGPackage(archive: archive, named: "g.tgz")

        let set = PackageSet([package])
        #expect(package.label == "g#1")
        #expect(package.dependencies == ["h": "2"])
        #expect(set.definition(.valueSet, "http://example.org/v") != nil)
        #expect(set.definition(.valueSet, "http://example.org/v|2.1.0") != nil)
        #expect(set.definition(.valueSet, "http://example.org/v|2.1") != nil)
        #expect(set.definition(.valueSet, "http://example.org/v|2") != nil)
        #expect(set.definition(.valueSet, "http://example.org/v|3.0.0") == nil)
        #expect(set.definition(.structure, "http://example.org/v") == nil)
    }

    @Test(
        "takes nothing from a path that leads out of it",
        arguments: ["package/../../v.json", "/package/v.json", "package/other/v.json", "../package/v.json"])
    func traversal(name: String) throws {
        let archive = Archive.tgz([("package/package.json", SmallGuide.manifest), (name, Self.definition)])

        let package = try IGPackage(archive: archive, named: "g.tgz")

        #expect(package.definitionCount == 0)
    }

    @Test("that is cut anywhere is refused, and never read in part")
    func cut() {
        let archive = Archive.tgz([("package/package.json", SmallGuide.manifest), ("package/v.json", Self.definition)])

        for length in stride(from: 0, to: archive.count, by: 7) {
            #expect(throws: PackageError.self) {
                try IGPackage(archive: Array(archive[..<length]), named: "g.tgz")
            }
        }
    }

    @Test("that unpacks to more than any guide is stopped")
    func bomb() {
        let bomb = gzip([UInt8](repeating: 0, count: 4 << 20))

        #expect(throws: GzipUnpacking.Failure.tooLarge) {
            try GzipUnpacking.unpack(bomb, limit: 1 << 20) { _ in }
        }
    }

    @Test("with a broken header is refused")
    func header() {
        var tar = Archive.tar([("package/package.json", SmallGuide.manifest)])
        tar[3] ^= 1

        #expect(throws: PackageError.notTar("g.tgz")) {
            try IGPackage(archive: gzip(tar), named: "g.tgz")
        }
    }

    @Test("with more entries or a larger file than the limits is refused")
    func limits() {
        let tar = Archive.tar([("a.json", "1"), ("b.json", "22")])
        func read(entries: Int, file: Int) throws {
            var reader = TarReader(maxEntries: entries, maxFile: file) { _ in true }
            try tar.withUnsafeBytes { try reader.append($0) { _, _ in } }
        }

        #expect(throws: Never.self) { try read(entries: 2, file: 2) }
        #expect(throws: TarReader.Failure.tooLarge) { try read(entries: 1, file: 2) }
        #expect(throws: TarReader.Failure.tooLarge) { try read(entries: 2, file: 1) }
    }

    @Test("without a manifest is refused")
    func manifest() {
        #expect(throws: PackageError.noManifest("g.tgz")) {
            try IGPackage(archive: Archive.tgz([("package/v.json", Self.definition)]), named: "g.tgz")
        }
    }

    @Test("that is not there is named, with the place to look for it")
    func missing() {
        #expect(throws: PackageError.missing("nowhere.tgz")) {
            try PackageFinder(folders: []).load(["nowhere.tgz"])
        }
        #expect(throws: PackageError.noCore("hl7.fhir.r4.core#4.0.1", places: ["nowhere"])) {
            try PackageFinder(folders: ["nowhere"]).load([])
        }
    }

    @Test("is found by name and version, unpacked in a folder, with what it builds on", arguments: ["package", ""])
    func folders(inner: String) throws {
        let place = NSTemporaryDirectory() + "pdex-packages-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: place) }
        let guide = #"{"name": "g", "version": "1.0.0", "dependencies": {"h": "2.0.0", "gone": "3"}}"#
        for (folder, manifest) in [
            ("g#1.0.0", guide), ("h#2.0.0", #"{"name": "h", "version": "2.0.0"}"#),
            ("hl7.fhir.r4.core#4.0.1", SmallGuide.manifest),
        ] {
            let path = "\(place)/\(folder)/\(inner)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try Data(manifest.utf8).write(to: URL(fileURLWithPath: path + "/package.json"))
            try Data(Self.definition.utf8).write(to: URL(fileURLWithPath: path + "/ValueSet-v.json"))
        }

        let named = try PackageFinder(folders: [place]).load(["g#1.0.0"])
        let byPath = try PackageFinder(folders: []).load([place + "/g#1.0.0"])

        for set in [named, byPath] {
            #expect(set.packages.map(\.label) == ["g#1.0.0", "h#2.0.0", "hl7.fhir.r4.core#4.0.1"])
            #expect(set.packages.map(\.definitionCount) == [1, 1, 1])
            #expect(set.missing == ["gone#3"])
            #expect(set.definition(.valueSet, "http://example.org/v|2.1.0") != nil)
        }
        #expect(throws: PackageError.missing("g#2.0.0")) { try PackageFinder(folders: [place]).load(["g#2.0.0"]) }
    }
}
