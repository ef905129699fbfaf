/// The given names of one name, in the order in which they are written.
///
/// A set of words is not enough: of twins, one may be Anna Maria and the other Maria Elena.
public struct GivenNames: Sendable, Hashable {
    /// The first given name, as it is compared.
    public let first: String
    /// The words behind it, a space apart.
    public let further: String

    /// Names that are in the spelling that is compared already (``PersonName/folded(_:)``).
    public init(first: String, further: String) {
        self.first = first
        self.further = further
    }

    /// Reads names as they are written; nil without a given name.
    init?(_ given: [String]) {
        let folded = given.map(PersonName.folded).filter { !$0.isEmpty }
        guard let first = folded.first else { return nil }
        self.init(first: first, further: folded.dropFirst().joined(separator: " "))
    }

    /// Whether both can be one person's: all words are equal in order, however they are divided; or the first names are
    /// equal, and no further one differs. A further name may be missing, or an initial.
    func mayBe(_ other: GivenNames) -> Bool {
        guard first == other.first else { return words == other.words }
        if further == other.further { return true }
        return zip(further.split(separator: " "), other.further.split(separator: " ")).allSatisfy(Self.fit)
    }

    /// Whether two words are equal, or one is the other's initial.
    private static func fit(_ left: Substring, _ right: Substring) -> Bool {
        if left == right { return true }
        return (left.count == 1 && right.hasPrefix(left)) || (right.count == 1 && left.hasPrefix(right))
    }

    /// Every word, a space apart.
    private var words: String { further.isEmpty ? first : first + " " + further }
}
