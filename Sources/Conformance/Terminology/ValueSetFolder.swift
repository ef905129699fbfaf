public import DeclarativeFiles
import FHIR
import Foundation
public import PDex

/// The folder `mappings/value-sets`: value sets and code systems of our own, in FHIR's JSON, that no package has.
public enum ValueSetFolder {
    /// The name of the folder among the mapping sets.
    public static let name = "value-sets"

    /// Reads the folder in `mappings` as a package; nil when there is none, or nothing in it. The errors of all files
    /// are thrown together.
    ///
    /// The package's version changes with every byte of every file.
    public static func load(mappings: String, digests: Digests) throws(FileDiagnostics) -> IGPackage? {
        let folder = mappings + "/" + name
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var report = FileReport()
        var draft = PackageDraft()
        var message: [UInt8] = []
        var owners: [String: String] = [:]
        for name in names.sorted() where name.hasSuffix(".json") && !name.hasPrefix(".") {
            let path = folder + "/" + name
            guard let data = FileManager.default.contents(atPath: path), data.count <= IGPackage.maxFile else {
                report.report("the file cannot be read, or is larger than 32 MB", path: path, position: nil)
                continue
            }
            let bytes = [UInt8](data)
            guard let head = head(of: bytes, at: path, &report) else { continue }
            if let owner = owners.updateValue(name, forKey: "\(head.url)|\(head.version)") {
                report.report("\(owner) has the same url and version", path: path, position: nil)
            }
            message += Array(name.utf8) + [0] + bytes + [0]
            do {
                try draft.take("package/" + name, bytes)
            } catch {
                report.report("the folder is larger than 192 MB", path: path, position: nil)
            }
        }
        try report.throwIfAny()
        guard !message.isEmpty else { return nil }
        let mark = digests.sha256(message).prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return IGPackage(name: name, version: mark, dependencies: [:], draft: draft)
    }

    private static func head(
        of bytes: [UInt8], at path: String, _ report: inout FileReport
    ) -> DefinitionHead? {
        do {
            _ = try JSONParser.parse(bytes, limits: JSONLimits(depth: 128, bytes: IGPackage.maxFile))
        } catch {
            report.report("the file is not JSON: \(error.reason) at byte \(error.offset)", path: path, position: nil)
            return nil
        }
        let head = DefinitionHead(bytes)
        guard let head, ["ValueSet", "CodeSystem"].contains(head.resourceType), !head.url.isEmpty else {
            report.report("a ValueSet or a CodeSystem with a url is expected here", path: path, position: nil)
            return nil
        }
        return head
    }
}
