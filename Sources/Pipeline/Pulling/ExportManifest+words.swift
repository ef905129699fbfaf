import FHIR
import PDex

extension ExportManifest.File {
    /// The type for messages: what a manifest says instead of a type could be anybody's name.
    var typeTold: String {
        type.flatMap { ResourceTypes.contains($0) ? $0 : nil } ?? "resources"
    }
}
