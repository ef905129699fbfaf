import FHIR
import PDex

/// What the two servers hold at first.
struct SandboxWorld {
    var clinic = FHIRStore()
    var payer = FHIRStore()
    /// The member that ``SandboxFaults/refuseOnce`` means.
    private(set) var refused: RefusedMember?

    /// Invents a population, or loads a clinic's data and invents its payer.
    ///
    /// Throws ``SandboxError`` for data that cannot be read.
    init(_ options: SandboxOptions) throws {
        let now = options.clock.now()
        let asOf = options.asOf ?? Instant(seconds: now.seconds - (now.seconds % 86_400 + 86_400) % 86_400)
        if let path = options.clinicData {
            try load(DataFolder(path: path), except: options.exceptMembers, asOf: asOf, loaded: now)
        } else {
            try invent(Population(seed: options.seed, members: options.members, asOf: asOf), options.hasCards)
        }
    }

    private mutating func invent(_ population: Population, _ hasCards: Bool) throws {
        try population.forEachClinicResource { clinic.put(try StoredResource($0, loaded: population.asOf)) }
        if hasCards {
            try population.forEachCard { clinic.put(try StoredResource($0, loaded: population.asOf)) }
        }
        try population.forEachPayerResource { payer.put(try StoredResource($0, loaded: population.asOf)) }
        for tombstone in population.deletions { clinic.remember(tombstone) }
        guard population.members > 0 else { return }
        // The first member who is not special: the refusal is to be their only trouble.
        let number = min(population.members, SpecialMember.allCases.count + 1)
        let profile = population.profile(of: number)
        refused = RefusedMember(
            payerPatientID: profile.payerPatientID, identifiers: [profile.memberID, profile.recordNumber],
            family: profile.family, birthDate: profile.birthDate)
    }

    private mutating func load(_ folder: DataFolder, except: Int, asOf: Instant, loaded: Instant) throws {
        try folder.forEachResource { clinic.put(try StoredResource($0, loaded: loaded)) }
        for text in PayerRecord.organizations(asOf: asOf) {
            payer.put(try StoredResource(Array(text.utf8), loaded: asOf))
        }
        let patients = (clinic.tables["Patient"]?.resources ?? []).sorted { $0.id < $1.id }
        for (index, stored) in patients.enumerated() {
            let member = LoadedMember(
                number: index + 1, patient: try Resource(parsing: stored.bytes), asOf: asOf,
                isCovered: index < patients.count - except)
            for bytes in try member.resources() { payer.put(try StoredResource(bytes, loaded: asOf)) }
            if index == 0 { refused = Self.refused(member) }
        }
        guard clinic["Group", MemberGroup.id] == nil else { return }
        let entities = patients.map { #"{"entity":{"reference":"\#($0.key)"}}"# }
        clinic.put(
            try StoredResource(Array(MemberGroup.text(entities: entities, lastUpdated: asOf).utf8), loaded: loaded))
    }

    private static func refused(_ member: LoadedMember) -> RefusedMember {
        let values = (member.patient["identifier"]?.elements ?? []).compactMap { $0["value"]?.string }
        return RefusedMember(
            payerPatientID: member.payerPatientID, identifiers: Set(values + [member.memberID]),
            family: member.patient["name"]?[0]?["family"]?.string ?? "",
            birthDate: member.patient["birthDate"]?.string ?? "")
    }
}
