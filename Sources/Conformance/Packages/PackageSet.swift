/// Several packages as one library: definitions by `canonical|version`.
public struct PackageSet: Sendable {
    /// The packages; those that were asked for come first.
    public let packages: [IGPackage]
    /// Dependencies that they name but that are not here, `NAME#VERSION`: what these define is not checked.
    public let missing: [String]
    private let byURL: [String: [Place]]

    private struct Place: Sendable {
        let package: Int
        let definition: Int
    }

    /// Takes packages in the order in which a canonical without a version is looked up in them.
    public init(_ packages: [IGPackage], missing: [String] = []) {
        self.packages = packages
        self.missing = missing
        var byURL: [String: [Place]] = [:]
        for (index, package) in packages.enumerated() {
            for (place, definition) in package.definitions.enumerated() {
                byURL[definition.url, default: []].append(Place(package: index, definition: place))
            }
        }
        self.byURL = byURL
    }

    /// The same set with another package in front.
    public func preceded(by package: IGPackage) -> PackageSet {
        PackageSet([package] + packages, missing: missing)
    }

    /// The definition of a canonical, with or without `|version`; a version may be shortened (`6.1` for `6.1.0`).
    func definition(_ kind: IGPackage.Kind, _ canonical: String) -> IGPackage.Definition? {
        let (url, version) = Self.parts(canonical)
        let found = (byURL[url] ?? []).lazy.map { packages[$0.package].definitions[$0.definition] }
            .filter { $0.kind == kind }
        guard let version else { return found.first { _ in true } }
        return found.first { $0.version == version } ?? found.first { $0.version.hasPrefix(version + ".") }
    }

    /// A canonical's address and version.
    static func parts(_ canonical: String) -> (url: String, version: String?) {
        guard let bar = canonical.firstIndex(of: "|") else { return (canonical, nil) }
        return (String(canonical[..<bar]), String(canonical[canonical.index(after: bar)...]))
    }
}
