import FHIR
import PDex

/// One patient of the clinic with everything staged in its compartment: what step 1 leaves behind.
struct StagedMember: Sendable {
    let key: ResourceKey
    let patient: ClinicalResource?
    /// Everything except the Patient and the Provenance, in the order of keys.
    let resources: [ClinicalResource]
    /// The clinic's Provenance: not data in itself, but about what is sent or stays (PV-03).
    let provenance: [ClinicalResource]
    /// Staged bytes that cannot be read as a resource.
    let unreadable: [ExchangeManifest.Entry]
    /// All of it, readable or not.
    let content: MemberContent

    init(_ key: ResourceKey, compartment: [StagedResource], stager: Stager) {
        self.key = key
        var patient: ClinicalResource?
        var resources: [ClinicalResource] = []
        var unreadable: [ExchangeManifest.Entry] = []
        for staged in compartment {
            guard let resource = ClinicalResource(staged, stager: stager) else {
                unreadable.append(
                    .init(key: staged.key, contentHash: staged.contentHash, leftOut: .clinicMalformedLine))
                continue
            }
            if staged.key == key { patient = resource } else { resources.append(resource) }
        }
        self.patient = patient
        self.resources = resources.filter { $0.staged.type != "Provenance" }
        provenance = resources.filter { $0.staged.type == "Provenance" }
        self.unreadable = unreadable
        content = MemberContent(
            key: key, hashes: compartment.map { StagedHash(key: $0.key, contentHash: $0.contentHash) })
    }
}

/// A parsed staged resource: its tree and what ties it to a visit. A class, because every step shares it.
final class ClinicalResource: Sendable {
    let staged: StagedResource
    let resource: Resource
    /// The visit that it belongs to.
    let encounter: ResourceKey?
    /// Every Encounter that it names anywhere: one sensitive visit among them is enough to hold it back (CO-05).
    let encounters: Set<ResourceKey>
    /// Everything of the clinic that a Provenance names anywhere; empty for all other types.
    let named: Set<ResourceKey>
    /// The clinic's resources that a Provenance is about; empty for all other types.
    let targets: Set<ResourceKey>
    /// When care was given, and at which visits.
    let care: CareFacts

    init?(_ staged: StagedResource, stager: Stager) {
        guard let resource = try? Resource(parsing: staged.bytes),
            let scan = try? ResourceScan.scan(staged.bytes)
        else { return nil }
        self.staged = staged
        self.resource = resource
        encounter = scan.encounter.flatMap(stager.key(of:))
        care = CareFacts(resource, scan, stager)
        encounters = Set(care.visits)
        let isProvenance = staged.type == "Provenance"
        var named: Set<ResourceKey> = []
        if isProvenance {
            JSONValue.object(resource.json).forEachReference { text in
                if let key = stager.key(of: text) { named.insert(key) }
            }
        }
        self.named = named
        targets = isProvenance ? Set(stager.targets(of: resource)) : []
    }

    func entry(leftOut: FaultCode?) -> ExchangeManifest.Entry {
        .init(key: staged.key, contentHash: staged.contentHash, leftOut: leftOut)
    }
}

/// A patient recognised as a member of the payer: what step 2 makes.
struct MatchedMember: Sendable {
    let member: StagedMember
    let match: MatchEvidence
    /// The identifier by which the payer wants the member to be known, if it was asked (MM-11).
    let identifier: Identifier?
    /// The systems of the member's numbers in the coverage: the payer knows numbers in those.
    let numberSystems: Set<String>
    /// What the coverage covers.
    let resources: [ClinicalResource]
    let leftOut: [ExchangeManifest.Entry]
    let consents: [ConsentDecision.Recorded]
    /// The clinic's own consents, which can only object.
    let clinicConsents: [ConsentDecision.Recorded]
    /// The patient who took this one's place at the clinic, if the payer is to be told.
    let survivor: Survivor?
    /// The coverage, the consent and the like on which the exchange is based.
    let basis: [StagedHash]
}
