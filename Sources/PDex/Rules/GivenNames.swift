/// The given names of one name, in the order in which they are written.
///
/// A set of words is not enough: twins may be called Anna Maria and Maria Elena.
public struct GivenNames: Sendable, Hashable {
    /// The first given name, as it is compared.
    public let first: String
    /// The words after it, separated by spaces.
    public let further: String

    /// Takes names that are already in the spelling that is compared (``PersonName/folded(_:)``).
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

    /// Whether both can be the same person's: all words are equal in order, however they are divided; or the first
    /// names are equal and no further name differs. A further name may be missing, or be an initial.
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

    /// Every word, separated by spaces.
    private var words: String { further.isEmpty ? first : first + " " + further }
}
