import FHIR
import PDex

extension ExportRequest {
    /// The request as text, equal for equal requests: only an export with the same text can be adopted.
    var words: String {
        let level =
            switch level {
            case .group(let id): "Group/\(id)"
            case .patient: "Patient"
            case .system: "system"
            }
        let lists = [types, typeFilters, associatedData, patients].map { $0.sorted().joined(separator: " ") }
        return ([level, purpose?.exportType ?? "", since?.text ?? "", until?.text ?? ""] + lists).joined(
            separator: "\n")
    }
}
