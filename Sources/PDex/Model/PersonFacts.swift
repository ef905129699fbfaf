public import FHIR

/// What the join asks of a person: of a clinic's patient by its Patient, of a payer's member by its Patient and its
/// coverage. Kept when the ways to that person are indexed, so that nobody is parsed to be joined.
///
/// Nothing in it depends on how a job or a payer is configured.
public struct PersonFacts: Sendable, Hashable {
    /// One coverage of a member, whoever pays by it.
    public struct Held: Sendable, Hashable {
        /// Its staging key.
        public let key: ResourceKey
        /// What the join reads of it, its payors with what the organizations say that they refer to.
        public let coverage: Coverage

        /// Assembles one.
        public init(key: ResourceKey, coverage: Coverage) {
            self.key = key
            self.coverage = coverage
        }
    }

    /// Who the Patient says it is; nil when there is none, or it cannot be read.
    public let person: Person?
    /// The numbers that the Patient carries (`Patient.identifier`).
    public let identifiers: [Identifier]
    /// False when the Patient says so (`Patient.active`).
    public let isActive: Bool
    /// Whether another Patient took this one's place (`Patient.link`, `replaced-by`).
    public let isReplaced: Bool
    /// The Patients that took its place, as far as they are named.
    public let replacedBy: [ResourceKey]
    /// The member's coverages, in the order of keys; none of a clinic's patient.
    public let coverages: [Held]
    /// Whether a coverage refers to an Organization that pays: what that says is in the facts, too.
    public let refersToPayor: Bool

    /// Assembles facts; of a coding in an identifier's type, only the code is kept.
    public init(
        person: Person?, identifiers: [Identifier] = [], isActive: Bool = true, isReplaced: Bool = false,
        replacedBy: [ResourceKey] = [], coverages: [Held] = [], refersToPayor: Bool = false
    ) {
        self.person = person
        self.identifiers = identifiers.map(\.comparable)
        self.isActive = isActive
        self.isReplaced = isReplaced
        self.replacedBy = replacedBy
        self.coverages = coverages
        self.refersToPayor = refersToPayor
    }
}

extension Identifier {
    /// As it is compared: the number, the system, and the codes of its type.
    var comparable: Identifier {
        var plain = self
        plain.typeCodes = typeCodes.map { Coding(code: $0.code) }
        return plain
    }
}
