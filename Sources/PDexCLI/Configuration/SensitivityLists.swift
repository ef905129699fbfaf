import DeclarativeFiles
import Mappings
import PDex

/// The configuration's lists of what is sensitive.
enum SensitivityLists {
    /// All lists, checked against the configured clinics. Throws `mapping.invalid` with every diagnostic.
    static func load(
        _ configuration: Configuration
    ) throws(Fault) -> (categories: [SensitivityCategory], mark: String) {
        try load(mappings: configuration.mappings, clinics: configuration.clinics.map(\.server.name))
    }

    /// The lists in a folder of mappings.
    static func load(
        mappings: String, clinics: [String]? = nil
    ) throws(Fault) -> (categories: [SensitivityCategory], mark: String) {
        do {
            return try SensitivityFolder.load(mappings: mappings, clinics: clinics, digests: Assembly.digests)
        } catch {
            throw Fault(.mappingInvalid, error, hint: "Correct the lines named; then  pdex mappings lint.")
        }
    }
}
