public import FHIR

/// A demand for one member's data, by the plan's id of the member or the clinic's id of the Patient.
public struct MemberDemand: Sendable, Hashable {
    /// The Patient's id at the clinic; empty while only ``memberID`` is known.
    public var patient: String
    /// The member's id at the plan, either alone or as `SYSTEM|VALUE`; nil when the Patient is named.
    public var memberID: String?
    /// Only what changed since; nil means everything.
    public var since: Instant?
    /// The types wanted, out of those that the job names; empty means all of them.
    public var types: [String]
    /// Identifies a repeated demand, such as the header `Idempotency-Key`; nil makes each demand distinct.
    public var key: String?
    /// Who asks, such as the holder of a token: they own the request, and ``key`` is scoped to them, because two
    /// holders may choose the same word. Nil for an operator.
    public var holder: String?

    /// Whether ``patient`` is a valid FHIR id (R4 §2.24.0.1).
    public var namesAPatient: Bool {
        (1...64).contains(patient.utf8.count)
            && patient.utf8.allSatisfy {
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
    }

    /// Whether `text` can be a member's id: only visible characters, and limited in length.
    public static func isMemberID(_ text: String) -> Bool {
        (1...512).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    }

    /// Asks for all data of the clinic's Patient unless told otherwise.
    public init(
        patient: String, since: Instant? = nil, types: [String] = [], key: String? = nil, holder: String? = nil
    ) {
        self.patient = patient
        self.since = since
        self.types = types
        self.key = key
        self.holder = holder
    }

    /// Asks for all data of the plan's member unless told otherwise.
    public init(
        memberID: String, since: Instant? = nil, types: [String] = [], key: String? = nil, holder: String? = nil
    ) {
        self.init(patient: "", since: since, types: types, key: key, holder: holder)
        self.memberID = memberID
    }
}
