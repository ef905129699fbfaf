public import FHIR

/// What the join needs to know about a person: a clinic's patient by its Patient, a payer's member by its Patient and
/// its coverage. Recorded when the ways to that person are indexed, so that the join parses nobody.
///
/// The facts depend on no configuration of a job or a payer except the base URLs of both servers, against which
/// references resolve.
public struct PersonFacts: Sendable, Hashable {
    /// Raised when the same records give different facts, or facts are encoded differently: then everybody is read
    /// again.
    public static let form: UInt8 = 2

    /// What the coverages refer to as their payors.
    public enum Payors: UInt8, Sendable {
        /// Nothing: the coverages themselves say who pays.
        case named
        /// Organizations; what these say is in the facts, too.
        case organizations
        /// People, or something that cannot be a payor; such facts are not to be kept.
        case others
    }

    /// One coverage of a member, whoever pays by it.
    public struct Held: Sendable, Hashable {
        /// Its staging key.
        public let key: ResourceKey
        /// What the join reads from it; its payors include what the organizations that they refer to say.
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
    /// The Patients that took its place, as far as it names them.
    public let replacedBy: [ResourceKey]
    /// The Patients whose place it took, as far as it names them (`Patient.link`, `replaces`).
    public let replaces: [ResourceKey]
    /// The member's coverages, in key order; empty for a clinic's patient.
    public let coverages: [Held]
    /// What the coverages refer to as their payors.
    public let payors: Payors

    /// Assembles facts; an identifier's type codings are reduced to their codes.
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
    /// The form that is compared: the number, the system, and the codes of its type.
    var comparable: Identifier {
        var plain = self
        plain.typeCodes = typeCodes.map { Coding(code: $0.code) }
        return plain
    }
}
