import PDex

/// The given names of one name, in the order in which they are written.
///
/// A set of words is not enough: of twins, one may be Anna Maria and the other Maria Elena.
struct GivenNames: Hashable {
    /// The first given name, as it is compared.
    private let first: String
    /// The words behind it.
    private let further: [Substring]
    /// Every word.
    private let words: [Substring]

    /// Nil without a given name.
    init?(_ given: [String]) {
        let folded = given.map(PersonName.folded).filter { !$0.isEmpty }
        guard let first = folded.first else { return nil }
        self.first = first
        further = folded.dropFirst().flatMap { $0.split(separator: " ") }
        words = folded.flatMap { $0.split(separator: " ") }
    }

    /// Whether both can be one person's: all words are equal in order, however they are divided; or the first names are
    /// equal, and no further one differs. A further name may be missing, or an initial.
    func mayBe(_ other: GivenNames) -> Bool {
        if words == other.words { return true }
        guard first == other.first else { return false }
        return zip(further, other.further).allSatisfy { left, right in
            left == right
                || (left.count == 1 && right.hasPrefix(left)) || (right.count == 1 && left.hasPrefix(right))
        }
    }
}
