public import FHIR

/// An invented clinic and its payer's members, the same for the same seed, size and day.
///
/// Resources are made one after another, so that ten thousand members need no more memory than one.
public struct Population: Sendable {
    /// The seed, by which populations differ.
    public let seed: UInt64
    /// How many members there are.
    public let members: Int
    /// The end of the story: every visit is before it, and nothing was changed after it.
    public let asOf: Instant

    /// Describes a population; nothing is made yet.
    public init(seed: UInt64, members: Int, asOf: Instant) {
        self.seed = seed
        self.members = max(0, members)
        self.asOf = asOf
    }

    /// Hands over everything that the clinic has: first shared resources, then member by member, then the Group.
    public func forEachClinicResource(_ body: ([UInt8]) throws -> Void) rethrows {
        let shared = SharedRecords(asOf: asOf)
        for text in shared.resources { try body(Array(text.utf8)) }
        for number in stride(from: 1, through: members, by: 1) {
            let profile = profile(of: number)
            var record = ClinicRecord(profile: profile, seed: seed, asOf: asOf)
            for text in record.resources() { try body(Array(text.utf8)) }
        }
        try body(Array(group.utf8))
    }

    /// Hands over the insurance cards, as Coverage, of members whose id the clinic does not have on file, and their
    /// consent that the payer may say who they are.
    public func forEachCard(_ body: ([UInt8]) throws -> Void) rethrows {
        for number in stride(from: 1, through: members, by: 1) {
            let profile = profile(of: number)
            guard !profile.isMemberIDKnownToClinic else { continue }
            let card = InsuranceCard(profile: profile, asOf: asOf)
            for text in [card.text, card.consent.text] { try body(Array(text.utf8)) }
        }
    }

    /// Hands over everything that the payer has.
    public func forEachPayerResource(_ body: ([UInt8]) throws -> Void) rethrows {
        for text in PayerRecord.organizations(asOf: asOf) { try body(Array(text.utf8)) }
        for number in stride(from: 1, through: members, by: 1) {
            let record = PayerRecord(profile: profile(of: number), asOf: asOf)
            for text in record.resources { try body(Array(text.utf8)) }
        }
    }

    /// The resources that were deleted at the clinic, and when.
    var deletions: [Tombstone] {
        guard members >= SpecialMember.allCases.count else { return [] }
        let special = SpecialMember.encounterWithoutPeriod
        return [
            Tombstone(
                type: "Observation", id: "obs-\(MemberProfile.digits(special.rawValue))-deleted",
                patient: special.patientID, deletedAt: asOf.adding(milliseconds: -86_400_000))
        ]
    }

    func profile(of number: Int) -> MemberProfile {
        MemberProfile(number: number, population: members, seed: seed)
    }

    private var group: String {
        let entities = (1...max(1, members)).prefix(members).map {
            #"{"entity":{"reference":"Patient/\#(MemberProfile.patientID($0))"}}"#
        }
        return MemberGroup.text(entities: entities, lastUpdated: asOf)
    }
}
