/// One `_include` or `_revinclude`: `Type:param` or `Type:param:Target`.
struct Inclusion: Sendable, Hashable {
    let source: String
    let parameter: String
    let path: ElementPath
    /// Only references to this type, when given.
    let target: String?

    /// Reads the value; nil when the parameter is not a reference parameter of the type.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3 else { return nil }
        guard let path = Self.path(parts[1], of: parts[0]) else { return nil }
        (source, parameter, self.path) = (parts[0], parts[1], path)
        target = parts.count == 3 ? parts[2] : nil
    }

    /// Every `_include` value that resources of `type` offer, sorted.
    static func offered(by type: String) -> [String] {
        SearchParameter.all(of: type).keys.filter { path($0, of: type) != nil }.sorted().map { "\(type):\($0)" }
    }

    private static func path(_ parameter: String, of type: String) -> ElementPath? {
        switch SearchParameter.all(of: type)[parameter] {
        case .reference(let path): path
        case .patient:
            ElementPath(["Immunization", "AllergyIntolerance", "Consent"].contains(type) ? "patient" : "subject")
        case .encounter: ElementPath(type == "DocumentReference" ? "context.encounter" : "encounter")
        default: nil
        }
    }
}
