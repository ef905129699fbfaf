public import DeclarativeFiles
public import PDex

/// Short profiles of our own, for those that mappings make: what a guide's package would say about required elements
/// and their codes. They are used where no package has the profile, and replace none.
public struct ProfileSheets: Sendable {
    /// SHA-256 over the files that were read, in hexadecimal; empty when there are none.
    public let hash: String
    private let profiles: [String: CompiledProfile]
    private let valueSets: [String: ValueSetRule]

    /// No sheets.
    public init() {
        hash = ""
        profiles = [:]
        valueSets = [:]
    }

    init(hash: String, profiles: [String: CompiledProfile], valueSets: [String: ValueSetRule]) {
        self.hash = hash
        self.profiles = profiles
        self.valueSets = valueSets
    }

    /// Whether there are no sheets.
    public var isEmpty: Bool { profiles.isEmpty }

    /// The profiles that have a sheet, sorted.
    public var canonicals: [String] { profiles.keys.sorted() }

    /// The sheet for a canonical: the one for its version, or else the one for every version.
    func profile(_ canonical: String) -> CompiledProfile? {
        profiles[canonical] ?? profiles[PackageSet.parts(canonical).url]
    }

    /// The codes that a sheet lists under a name.
    func valueSet(_ name: String) -> ValueSetRule? { valueSets[name] }

    /// Reads every `.yaml` of a folder; without the folder there are none. Throws every problem at once.
    public static func load(folder: String, digests: Digests) throws(FileDiagnostics) -> ProfileSheets {
        var reader = ProfileSheetReader()
        let hash = reader.read(folder: folder, digests)
        try reader.report.throwIfAny()
        return ProfileSheets(hash: hash, profiles: reader.profiles, valueSets: reader.valueSets)
    }
}
