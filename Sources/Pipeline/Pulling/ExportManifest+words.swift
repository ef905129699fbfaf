import FHIR
import PDex

extension ExportManifest.File {
    /// The type, for messages: if the manifest states something other than a type, that could be a person's name.
    var typeTold: String {
        type.flatMap { ResourceTypes.contains($0) ? $0 : nil } ?? "resources"
    }
}
