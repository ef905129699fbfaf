import FHIR
import PDex

extension ExportRequest {
    /// What is asked for, equal for equal requests: an export of other words is not the one that is wanted.
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
