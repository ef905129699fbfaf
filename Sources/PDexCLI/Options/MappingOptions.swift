import ArgumentParser
import PDex

/// Which mappings a command works with; without a configuration, those in ./mappings.
struct MappingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The folder of mapping sets. (default: as in pdex.yaml, or ./mappings)", valueName: "dir"))
    var mappings: String?

    @OptionGroup var configuration: ConfigurationOptions

    /// The folders of mapping sets. Throws `config.invalid`, and `config.missing` for a configuration that was named.
    func folders() throws(Fault) -> MappingFolders {
        if let mappings { return MappingFolders(path: mappings) }
        do throws(Fault) {
            let configuration = try configuration.load()
            return MappingFolders(path: configuration.mappings, packages: configuration.packages)
        } catch  where error.code == .configMissing && configuration.isDefault {
            return MappingFolders(path: "mappings")
        }
    }

    /// The set named, or all there are. Throws `mapping.invalid` when there is none.
    func names(_ name: String?, in folders: MappingFolders) throws(Fault) -> [String] {
        let names = name.map { [$0] } ?? folders.names
        guard !names.isEmpty else {
            throw Fault(
                .mappingInvalid, .stop, "There is no mapping set in \(folders.path).",
                hint: "A set is a folder with a file set.yaml.")
        }
        return names
    }
}
