import Conformance
import DeclarativeFiles
import PDex

/// What resources are held against: the packages that the configuration names, and the profile sheets beside the
/// mapping sets.
struct ProfileFiles: Sendable {
    private let packages: [String]
    private let sheetFolder: String

    /// The folder of profile sheets among the mapping sets.
    static let folder = "profile-sheets"

    init(_ configuration: Configuration) {
        packages = configuration.packages
        sheetFolder = configuration.mappings + "/" + Self.folder
    }

    /// A validator over both. Throws `package.unusable` and `mapping.invalid`.
    ///
    /// Packages are never looked for unless they are named: what a machine happens to have does not decide what is sent.
    func validator() throws(Fault) -> Validator {
        let sheets = try loadedSheets()
        guard !packages.isEmpty else {
            guard !sheets.isEmpty else {
                throw Fault(
                    .packageUnusable, .stop,
                    "Resources are to conform, but there is nothing to hold them against: no packages, and no sheets "
                        + "in \(sheetFolder).",
                    hint: "Name a guide under 'packages', bring the folder back, or say 'conformance: off'.")
            }
            return Validator(PackageSet([]), sheets: sheets)
        }
        do throws(PackageError) {
            return Validator(try PackageFinder().load(packages), sheets: sheets)
        } catch {
            throw Fault(.packageUnusable, .stop, error.description)
        }
    }

    private func loadedSheets() throws(Fault) -> ProfileSheets {
        do throws(FileDiagnostics) {
            return try ProfileSheets.load(folder: sheetFolder, digests: Assembly.digests)
        } catch {
            throw Fault(.mappingInvalid, error, hint: "Correct the lines named.")
        }
    }
}
