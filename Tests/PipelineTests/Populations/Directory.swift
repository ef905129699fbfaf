import FHIR
import FHIRClient
import PDex
import PDexTesting

@testable import Pipeline

/// Everything that recognising a patient may read, in memory: the product decides, without a store.
struct Directory: MemberReader {
    static let identities = Identities(
        secret: Array("a secret of the tests, 32 bytes!".utf8), digests: Digests { SHA256.hash($0) })
    private static let (clinic, payer) = ("clinic0", "med0")

    let terms: ExchangeTerms
    private var resources: [ResourceKey: StagedResource] = [:]
    private var compartments: [ResourceKey: [StagedResource]] = [:]
    private var links: [Int64: [ResourceKey]] = [:]
    private var facts: [ResourceKey: PersonFacts] = [:]
    /// Whether facts are kept; otherwise everybody's records are read.
    var isKeeping = true
    /// What was last decided for a patient.
    var before: [ResourceKey: MatchEvidence] = [:]
    /// What operators decided.
    var decided: [MemberLink] = []

    /// What the payer said when it was asked.
    var answered: [MemberMatch] = []

    /// Indexes both sides as the product does.
    init(charts: [Resource], records: [Resource], terms: ExchangeTerms) {
        self.terms = terms
        for chart in charts { stage(chart, of: Self.clinic, base: terms.clinic.base) }
        for record in records { stage(record, of: Self.payer, base: terms.payer.base) }
        let index = MemberLinks(terms: terms, identities: Self.identities)
        let clinics = Stager(source: Self.clinic, base: terms.clinic.base, identities: Self.identities)
        for (key, staged) in resources where staged.type == "Patient" && staged.source == Self.clinic {
            guard let resource = try? Resource(parsing: staged.bytes) else { continue }
            let read = PersonFacts(ofPatient: resource, clinics)
            facts[key] = read
            for link in index.links(ofPatient: read) { links[link, default: []].append(key) }
        }
        // A member may be known only by coverage.
        let payers = Stager(source: Self.payer, base: terms.payer.base, identities: Self.identities)
        let members = resources.values.filter { $0.source == Self.payer && $0.type == "Patient" }.map(\.key)
        for key in Set(members).union(compartments.keys) {
            guard let read = try? PersonFacts(ofMember: key, payers, self) else { continue }
            facts[key] = read
            for link in index.links(ofMember: read) { links[link, default: []].append(key) }
        }
    }

    /// The key of a clinic's patient.
    static func patient(_ id: String) -> ResourceKey { identities.key(source: clinic, type: "Patient", id: id) }

    /// The key of a payer's member.
    static func member(_ id: String) -> ResourceKey { identities.key(source: payer, type: "Patient", id: id) }

    /// What the product decides about a patient.
    func outcome(of id: String) throws -> Recognition.Outcome {
        let stager = Stager(source: Self.clinic, base: terms.clinic.base, identities: Self.identities)
        guard let patient = try KnownPatient(Self.patient(id), stager, self) else {
            return .nobody(.clinicUnlinked, "no such chart")
        }
        return try Recognition(terms: terms, identities: Self.identities, reader: self).outcome(for: patient)
    }

    func staged(_ key: ResourceKey) -> StagedResource? { resources[key] }

    func compartment(of patient: ResourceKey) -> [StagedResource] {
        [resources[patient]].compactMap(\.self) + (compartments[patient] ?? [])
    }

    func facts(of person: ResourceKey) -> PersonFacts? { isKeeping ? facts[person] : nil }

    func members(linkedBy link: Int64) -> [ResourceKey] { links[link] ?? [] }

    func people(linkedBy ways: LinkPair) -> LinkedPeople {
        LinkedPeople(members: links[ways.toMembers] ?? [], patients: links[ways.toPatients] ?? [])
    }

    func memberLink(of patient: ResourceKey, _ route: Route) -> MemberLink? { decided.first { $0.patient == patient } }

    func memberLink(to member: ResourceKey, _ route: Route) -> MemberLink? { decided.first { $0.member == member } }

    func memberMatch(of patient: ResourceKey, _ route: Route) -> MemberMatch? {
        answered.first { $0.patient == patient }
    }

    func patients(answeredAs member: ResourceKey, _ route: Route) -> [ResourceKey] {
        answered.filter { $0.member == member }.map(\.patient)
    }

    func latestExchange(member: ResourceKey, payer: String) -> Exchange? {
        before[member].map {
            Exchange(
                id: "x", job: "j", run: "r", member: member, clinic: Self.clinic, payer: payer, state: .acknowledged,
                fingerprint: 0, manifest: ExchangeManifest(), match: $0, mapping: "m",
                created: Instant(milliseconds: 0), updated: Instant(milliseconds: 0))
        }
    }

    func followers(of survivor: ResourceKey, payer: String) -> [ResourceKey] {
        before.filter { $0.value.via == survivor }.map(\.key).sorted()
    }

    private mutating func stage(_ resource: Resource, of source: String, base: String) {
        let stager = Stager(source: source, base: base, identities: Self.identities)
        let bytes = resource.serialized()
        let owner = (resource["beneficiary"]?["reference"]?.string).flatMap(stager.key)
        let key = Self.identities.key(source: source, type: resource.type, id: resource.id ?? "")
        let staged = StagedResource(
            key: key, source: source, type: resource.type, id: resource.id ?? "", versionID: nil, lastUpdated: nil,
            patient: owner, contentHash: 0, bytes: bytes)
        resources[key] = staged
        if let owner { compartments[owner, default: []].append(staged) }
    }
}
