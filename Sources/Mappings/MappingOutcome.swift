public import FHIR

/// The outcome of mapping one resource.
public enum MappingOutcome: Sendable, Hashable {
    /// The resource as the payer gets it, and the profile (`canonical|version`) that it was made for.
    case mapped(Resource, profile: String, mapping: String)
    /// No mapping of the type wanted it: every `when` was false. Names the last one tried.
    case skipped(mapping: String)
    /// The set has no mapping for the type.
    case unmapped
    /// A required element cannot be made; `requirement` says which, never with the resource's values.
    case failed(mapping: String, requirement: String)

    /// The mapping that mapped it or declined; empty when there is none for the type.
    var mapping: String {
        switch self {
        case .mapped(_, _, let mapping), .skipped(let mapping), .failed(let mapping, _): mapping
        case .unmapped: ""
        }
    }
}
