import Conformance
import DeclarativeFiles
import Mappings
import PDex

/// The definitions to validate against: the packages that the configuration names, and the profile sheets beside the
/// mapping sets.
struct ProfileFiles: Sendable {
    private let packages: [String]
    private let mappings: String

    /// The folder of profile sheets among the mapping sets.
    static let folder = "profile-sheets"

    init(_ configuration: Configuration) {
        self.init(packages: configuration.packages, mappings: configuration.mappings)
    }

    /// The sheets in a folder of mappings, and packages.
    init(packages: [String], mappings: String) {
        self.packages = packages
        self.mappings = mappings
    }

    private var sheetFolder: String { mappings + "/" + Self.folder }

    /// A validator with both, in which value sets beside the mapping sets take precedence. Throws `package.unusable`
    /// and `mapping.invalid`.
    ///
    /// Only packages that are named are looked for: what happens to be installed on a machine must not decide what is
    /// sent.
    func validator() throws(Fault) -> Validator {
        let sheets = try loadedSheets()
        guard !packages.isEmpty || !sheets.isEmpty else {
            throw Fault(
                .packageUnusable, .stop,
                "Resources are to conform, but there is nothing to hold them against: no packages, and no sheets "
                    + "in \(sheetFolder).",
                hint: "Name a guide under 'packages', bring the folder back, or say 'conformance: off'.")
        }
        return try validator(with: sheets)
    }

    /// Knows the codes of the value sets that the expressions of mapping sets refer to.
    ///
    /// Throws `package.unusable`, and `mapping.invalid`, also for a value set whose codes are not all known.
    func vocabulary(of sets: MappingSet...) throws(Fault) -> Validator {
        let vocabulary = try validator(with: try loadedSheets())
        for set in sets { try Self.check(set, vocabulary) }
        return vocabulary
    }

    /// Throws `mapping.invalid` when a set refers to a value set whose codes are not all known.
    static func check(_ set: MappingSet, _ vocabulary: Validator) throws(Fault) {
        let unknown = set.valueSets.filter { !vocabulary.decides($0) }
        guard !unknown.isEmpty else { return }
        throw Fault(
            .mappingInvalid, .stop,
            "The mapping set \(set.name) asks memberOf of a value set that no package and no file in "
                + "\(ValueSetFolder.name) lists whole: \(unknown.joined(separator: ", ")).",
            hint: "Name the package that has it under 'packages', or put a ValueSet with its codes into "
                + "\(ValueSetFolder.name) among the mapping sets.")
    }

    private func validator(with sheets: ProfileSheets) throws(Fault) -> Validator {
        var set = PackageSet([])
        if !packages.isEmpty {
            do throws(PackageError) {
                set = try PackageFinder().load(packages)
            } catch {
                throw Fault(.packageUnusable, .stop, error.description)
            }
        }
        do throws(FileDiagnostics) {
            if let own = try ValueSetFolder.load(mappings: mappings, digests: Assembly.digests) {
                set = set.preceded(by: own)
            }
        } catch {
            throw Fault(.mappingInvalid, error, hint: "Correct the files named; then  pdex mappings lint.")
        }
        return Validator(set, sheets: sheets)
    }

    private func loadedSheets() throws(Fault) -> ProfileSheets {
        do throws(FileDiagnostics) {
            return try ProfileSheets.load(folder: sheetFolder, digests: Assembly.digests)
        } catch {
            throw Fault(.mappingInvalid, error, hint: "Correct the lines named.")
        }
    }
}
