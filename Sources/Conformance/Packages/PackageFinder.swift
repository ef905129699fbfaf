import Foundation

/// Finds packages and those that they build on: by path, beside the one that names them, or in `~/.fhir/packages`.
public struct PackageFinder: Sendable {
    /// FHIR R4 itself, without which nothing can be checked.
    public static let core = (name: "hl7.fhir.r4.core", version: "4.0.1")

    private let folders: [String]

    /// Looks in these folders in addition to those of the named packages; by default in `~/.fhir/packages`.
    public init(folders: [String]? = nil) {
        self.folders = folders ?? [NSHomeDirectory() + "/.fhir/packages"]
    }

    /// Loads packages by path or `NAME#VERSION`, and every package they build on that can be found.
    ///
    /// Throws ``PackageError``; a dependency that is not found is in ``PackageSet/missing``, except FHIR's own package.
    public func load(_ names: [String], examples: Bool = false) throws(PackageError) -> PackageSet {
        var packages: [IGPackage] = []
        var places: [String] = []
        for name in names {
            let path = name.contains("#") && !name.contains("/") ? find(name, in: folders) ?? name : name
            packages.append(try IGPackage(path: path, examples: examples))
            let folder = (path as NSString).deletingLastPathComponent
            places.append(folder.isEmpty ? "." : folder)
        }
        places += folders
        var missing: Set<String> = []
        var index = 0
        while index < packages.count, index < 64 {
            for (name, version) in packages[index].dependencies.sorted(by: { $0.key < $1.key }) {
                let label = "\(name)#\(version)"
                guard !packages.contains(where: { $0.label == label }) else { continue }
                guard let path = find(label, in: places) else {
                    missing.insert(label)
                    continue
                }
                packages.append(try IGPackage(path: path))
            }
            index += 1
        }
        try addCore(to: &packages, places)
        missing.remove("\(Self.core.name)#\(Self.core.version)")
        return PackageSet(packages, missing: missing.sorted())
    }

    private func addCore(to packages: inout [IGPackage], _ places: [String]) throws(PackageError) {
        guard !packages.contains(where: { $0.name == Self.core.name }) else { return }
        let label = "\(Self.core.name)#\(Self.core.version)"
        guard let path = find(label, in: places) else { throw .noCore(label, places: places) }
        packages.append(try IGPackage(path: path))
    }

    /// `NAME#VERSION` as a folder, or `NAME-VERSION.tgz`, in the first place that has it.
    private func find(_ label: String, in places: [String]) -> String? {
        // A dependency's name comes out of an archive: it must not lead anywhere else.
        guard !label.contains("/"), !label.contains("..") else { return nil }
        let file = label.replacingOccurrences(of: "#", with: "-") + ".tgz"
        for place in places {
            for candidate in ["\(place)/\(label)", "\(place)/\(file)"]
            where FileManager.default.fileExists(atPath: candidate) {
                return candidate
            }
        }
        return nil
    }
}
