import FHIR

/// The identity of one member: what both clinic and payer know.
struct MemberProfile: Sendable {
    /// 1 for the first member.
    let number: Int
    let given: String
    let family: String
    let gender: String
    let birthDate: String
    /// What makes this member special, if anything.
    let special: SpecialMember?
    /// Whether the clinic has the payer's member id on file.
    let isMemberIDKnownToClinic: Bool

    /// Decides who member `number` of `seed` is.
    init(number: Int, population: Int, seed: UInt64) {
        self.number = number
        let special = population >= SpecialMember.allCases.count ? SpecialMember(rawValue: number) : nil
        self.special = special
        // A member who is to be confused with another is drawn like the other.
        let model =
            switch special {
            case .twinB: SpecialMember.twinA.rawValue
            case .twinElsewhere: SpecialMember.joeSmith.rawValue
            case .ambiguousB: SpecialMember.ambiguousA.rawValue
            default: number
            }
        var random = RandomSource(seed: seed, stream: UInt64(model) << 8 | 1)
        if model == SpecialMember.joeSmith.rawValue {
            (given, family, gender, birthDate) = ("Joe", "Smith", "male", "1979-04-02")
        } else {
            gender = random.chance(percent: 51) ? "female" : "male"
            let names = InventedNames.given[gender] ?? []
            // Family names in turn, then given names in turn: no two members share a name before they must.
            family = InventedNames.family(model * 7 + Int(truncatingIfNeeded: seed % 400))
            given = names[(model / 400 + model) % names.count]
            let day = Int64(random.number(in: -12_000...16_000)) * 86_400
            birthDate = String(Instant(seconds: day).text.prefix(10))
        }
        let isNeverKnown = special == .ambiguousA || special == .ambiguousB || special == .twinElsewhere
        let isAlwaysKnown = special != nil && !isNeverKnown
        isMemberIDKnownToClinic = isAlwaysKnown || (!isNeverKnown && random.chance(percent: 92))
    }

    /// The clinic's id of the Patient.
    var patientID: String { Self.patientID(number) }
    /// The payer's id of the Patient.
    var payerPatientID: String { Self.payerPatientID(number) }
    /// The payer's member id.
    var memberID: String { Self.memberID(number) }
    /// The clinic's medical record number.
    var recordNumber: String { "C0-\(Self.digits(number))" }

    static func patientID(_ number: Int) -> String { "pat-\(digits(number))" }
    static func payerPatientID(_ number: Int) -> String { "mem-\(digits(number))" }
    static func memberID(_ number: Int) -> String { "M0-\(digits(number))-01" }

    /// The number with leading zeros, so that ids sort like numbers.
    static func digits(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 6 - text.utf8.count)) + text
    }
}
