import FHIR
import FHIRPath

/// `translate`: codes of one system become codes of another, as a ConceptMap says.
struct Translate: Sendable {
    /// What happens to a code that the ConceptMap does not know.
    enum Unmapped: String, CaseIterable, Sendable {
        /// What the map itself provides under `unmapped`.
        case provided
        /// It stays as it is, whatever the map says.
        case keep
        /// It does not leave the clinic.
        case drop
        /// The resource cannot be sent.
        case fail
    }

    let path: ElementPath
    let map: ConceptMap
    let unmapped: Unmapped
    let place: FilePlace

    /// Translates; false when a code is unknown that must be known.
    func apply(to resource: inout Resource, _ trace: inout TraceRecorder) -> Bool {
        var changes: [JSONValue] = []
        var isKnown = true
        path.editParents(of: &resource.json) { parent in
            guard let value = parent[path.last] else { return }
            let translated = map.translate(value, unmapped, &isKnown)
            if translated != value { changes.append(translated ?? .null) }
            parent.set(path.last, to: translated)
        }
        if !isKnown {
            trace.note(.translate, path.text, "fails: \(map.name) does not know the code", place)
        } else if !changes.isEmpty {
            trace.note(.translate, path.text, "translated by \(map.name)", place, value: .array(changes))
        }
        return isKnown
    }
}
