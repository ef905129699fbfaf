import FHIR

extension JSONValue {
    /// The same resource under another id.
    func named(_ id: String) -> JSONValue {
        var json = self.object ?? [:]
        json["id"] = .string(id)
        return .object(json)
    }
}
