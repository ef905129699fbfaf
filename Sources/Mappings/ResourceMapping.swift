/// One mapping file: how a resource of one type becomes an instance of one profile.
///
/// The five verbs work in a fixed order: `when` reads the source; `keep` copies what is allowed;
/// `translate`, `set` and `require` then see the copy, and the source as `%source`.
public struct ResourceMapping: Sendable {
    /// The name of the mapping, unique in its set.
    public let name: String
    /// The file it was read from.
    public let path: String
    /// The resource type it takes.
    public let sourceType: String
    /// The profile it makes, as `canonical|version`.
    public internal(set) var profile: String
    /// What the mapping is for, in one sentence.
    public let about: String

    /// Whether it comes from a set that this one extends.
    public internal(set) var isInherited = false

    /// The conditions that must all hold for the source, those of the extended mapping first.
    var whens: [When]
    var keep: Keep
    var translations: [Translate]
    var settings: [SetElement]
    var requirements: [Require]
    /// Whether any expression reads `%source`.
    let readsSource: Bool
    /// Whether any expression follows references.
    let readsReferences: Bool
    /// The value sets that its expressions use.
    let valueSets: Set<String>

    /// Whether the profile is a base R4 definition, which `meta.profile` does not repeat.
    var isBaseProfile: Bool { profile.hasPrefix("http://hl7.org/fhir/StructureDefinition/") }
}
