import FHIR

/// A test of whether an element belongs to a slice, made from the discriminators.
indirect enum SliceMatcher: Sendable {
    /// An extension with that URL.
    case url(String)
    /// A value on the path is exactly this one.
    case fixed(SlicePath, JSONValue)
    /// A value on the path contains the pattern.
    case pattern(SlicePath, JSONValue)
    /// A code on the path is in the value set.
    case code(SlicePath, Binding)
    /// Something is, or is not, on the path.
    case exists(SlicePath, Bool)
    /// The element on the path has one of the types.
    case type(SlicePath, Set<String>)
    /// The resource on the path conforms to one of the profiles.
    case profile(SlicePath, [String])
    case all([SliceMatcher])
    /// Elements that no other slice took.
    case remainder
    /// The discriminators are not understood, or the slice says nothing about them.
    case undecidable

    /// Whether it looks at the target of a reference.
    var resolves: Bool {
        switch self {
        case .fixed(let path, _), .pattern(let path, _), .code(let path, _), .exists(let path, _), .type(let path, _),
            .profile(let path, _):
            path.steps.contains(.resolve)
        case .all(let matchers): matchers.contains(where: \.resolves)
        case .url, .remainder, .undecidable: false
        }
    }
}
