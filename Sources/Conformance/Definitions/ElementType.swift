import FHIR

/// One type that an element may have.
struct ElementType: Sendable {
    /// How the walk treats the type.
    enum Kind: Sendable {
        case primitive(PrimitiveType)
        /// A whole resource: `contained`, `Bundle.entry.resource`.
        case resource
        case extensionElement
        case reference
        /// Any other structure.
        case complex
    }

    let code: String
    let kind: Kind
    /// Profiles of the type itself; the element satisfies one of them.
    let profiles: [String]
    /// The resource types that a reference may point at; nil when any may.
    let targets: Set<String>?
    /// The profiles of those targets, as they are named.
    let targetProfiles: [String]
    /// The definition of the type.
    let definition: String

    init(code: String, profiles: [String], targets: Set<String>?, targetProfiles: [String]) {
        self.code = code
        self.profiles = profiles
        self.targets = targets
        self.targetProfiles = targetProfiles
        definition = "http://hl7.org/fhir/StructureDefinition/\(code)"
        kind =
            if let primitive = PrimitiveType(definitionCode: code) {
                .primitive(primitive)
            } else {
                switch code {
                case "Resource", "DomainResource": .resource
                case _ where ResourceTypes.contains(code): .resource
                case "Extension": .extensionElement
                case "Reference": .reference
                default: .complex
                }
            }
    }
}
