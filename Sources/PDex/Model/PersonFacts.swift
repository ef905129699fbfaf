public import FHIR

/// What the join asks of a person: of a clinic's patient by its Patient, of a payer's member by its Patient and its
/// coverage. Kept when the ways to that person are indexed, so that nobody is parsed to be joined.
///
/// Of how a job or a payer is configured, only the bases of both servers are in it: references lead from them.
public struct PersonFacts: Sendable, Hashable {
    /// Raised when the same records say something else of a person, or are written otherwise: everybody is read anew
    /// then.
    public static let form: UInt8 = 2

    /// Who pays by the coverages, as far as they refer to somebody.
    public enum Payors: UInt8, Sendable {
        /// Nobody: the coverages say it themselves.
        case named
        /// Organizations: what they say is in the facts, too.
        case organizations
        /// People, or what is nothing that pays: facts that are not to be kept.
        case others
    }

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
    /// The Patients whose place it took, as far as they are named (`Patient.link`, `replaces`).
    public let replaces: [ResourceKey]
    /// The member's coverages, in the order of keys; none of a clinic's patient.
    public let coverages: [Held]
    /// To whom the coverages refer.
    public let payors: Payors

    /// Assembles facts; of a coding in an identifier's type, only the code is kept.
    public init(
        person: Person?, identifiers: [Identifier] = [], isActive: Bool = true, isReplaced: Bool = false,
        replacedBy: [ResourceKey] = [], replaces: [ResourceKey] = [], coverages: [Held] = [],
        payors: Payors = .named
    ) {
        self.person = person
        self.identifiers = identifiers.map(\.comparable)
        self.isActive = isActive
        self.isReplaced = isReplaced
        self.replacedBy = replacedBy
        self.replaces = replaces
        self.coverages = coverages
        self.payors = payors
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
