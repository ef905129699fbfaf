public import FHIR

/// What somebody asks for: one member's data, by the id of the Patient at the clinic.
public struct MemberDemand: Sendable, Hashable {
    /// The Patient's id at the clinic.
    public var patient: String
    /// Only what changed since; nil means everything.
    public var since: Instant?
    /// The types wanted, of those that the job names; empty means all of them.
    public var types: [String]
    /// What makes two demands the same one, such as the header `Idempotency-Key`; nil when each is one of its own.
    public var key: String?
    /// Whose ``key`` it is, such as the holder of a token: two of them may choose the same word.
    public var keyHolder: String?

    /// Whether ``patient`` is an id as FHIR has it (R4 §2.24.0.1).
    public var namesAPatient: Bool {
        (1...64).contains(patient.utf8.count)
            && patient.utf8.allSatisfy {
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
    }

    /// Asks for everything unless told otherwise.
    public init(
        patient: String, since: Instant? = nil, types: [String] = [], key: String? = nil, keyHolder: String? = nil
    ) {
        self.patient = patient
        self.since = since
        self.types = types
        self.key = key
        self.keyHolder = keyHolder
    }
}
