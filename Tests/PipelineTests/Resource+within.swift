import FHIR

extension Resource {
    /// Calls `body` with each reference except addresses at other servers, such as a source that a Provenance names.
    func forEachReferenceWithin(_ body: (String) -> Void) {
        JSONValue.object(json).forEachReference { if !$0.hasPrefix("https://fhir.clinic0.example/r4/") { body($0) } }
    }
}
