/// Why an implementation guide's package cannot be used; never carries a resource's content.
public enum PackageError: Error, Sendable, Hashable {
    /// There is no file or folder with that name.
    case missing(String)
    /// The file exists but cannot be read.
    case unreadable(String)
    /// The file is not gzip, or ends too early.
    case notGzip(String)
    /// The gzip holds no tar archive, or a damaged one.
    case notTar(String)
    /// The archive is larger than any guide: the limit, in words.
    case tooLarge(String, limit: String)
    /// There is no `package/package.json` with a name and a version.
    case noManifest(String)
    /// Nothing can be checked without FHIR's own package; its name, and the places that were searched.
    case noCore(String, places: [String])
}

extension PackageError: CustomStringConvertible {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .missing(let name):
            "\(name): no such package; give a package.tgz, or NAME#VERSION that stands in ~/.fhir/packages"
        case .unreadable(let name): "\(name): the file cannot be read; look at its mode"
        case .notGzip(let name): "\(name): not a whole gzip file; fetch it again"
        case .notTar(let name): "\(name): not a tar archive inside; fetch it again"
        case .tooLarge(let name, let limit): "\(name): more than \(limit), which no guide needs; fetch it again"
        case .noManifest(let name):
            "\(name): no package/package.json with a name and a version; this is no FHIR package"
        case .noCore(let name, let places):
            "\(name) is needed and was not found in \(places.joined(separator: ", ")); get it from packages.fhir.org"
        }
    }
}
