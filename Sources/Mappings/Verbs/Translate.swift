import FHIR

/// `translate`: codes of one system become codes of another, as a ConceptMap says.
struct Translate: Sendable {
    let path: ElementPath
    let map: ConceptMap
    let place: FilePlace

    func apply(to resource: inout Resource, _ trace: inout TraceRecorder) {
        var changes = 0
        path.editParents(of: &resource.json) { parent in
            guard let value = parent[path.last] else { return }
            let translated = map.translate(value)
            if translated != value { changes += 1 }
            parent[path.last] = translated
        }
        if changes > 0 { trace.note(.translate, path.text, "translated by \(map.name)", place) }
    }
}
