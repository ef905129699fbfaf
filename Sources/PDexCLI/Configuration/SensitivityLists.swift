import DeclarativeFiles
import Mappings
import PDex

/// The lists of a configuration that tell what is sensitive.
enum SensitivityLists {
    /// All of them, checked against the clinics there are. Throws `mapping.invalid` with every diagnostic.
    static func load(
        _ configuration: Configuration
    ) throws(Fault) -> (categories: [SensitivityCategory], mark: String) {
        try load(mappings: configuration.mappings, clinics: configuration.clinics.map(\.server.name))
    }

    /// Those in a folder of mappings.
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
