import FHIR
import PDex

/// Which of the clinic's Patients speaks for one that was merged into another (`Patient.link`, reliability T10).
struct Succession {
    /// Who is to be recognised in the patient's place.
    enum Outcome {
        /// The patient itself.
        case itself
        /// The one that took its place.
        case survivor(ClinicalResource)
        /// Nobody can tell.
        case unclear(FaultCode, String)
    }

    /// What leads from a Patient to the one that says it replaced it, in the index of links.
    static let mark = "replaces"
    private static let longest = 8

    let terms: ExchangeTerms
    let identities: Identities
    let reader: any MemberReader

    private var stager: Stager {
        Stager(source: terms.clinic.name, base: terms.clinic.base, identities: identities)
    }

    /// Follows the links from either side; `before` is the evidence of the patient's latest exchange.
    func outcome(for patient: ClinicalResource, before: MatchEvidence?) throws -> Outcome {
        var seen: Set<ResourceKey> = [patient.staged.key]
        var last = patient
        while let next = try successors(of: last) {
            guard next.count == 1, let key = next.first, seen.insert(key).inserted, seen.count <= Self.longest,
                let staged = try reader.staged(key), let found = ClinicalResource(staged, stager: stager)
            else {
                return .unclear(
                    .matchMergeUnclear,
                    "the clinic merged this patient into another, but does not say plainly into which")
            }
            last = found
        }
        if seen.count == 1, before?.via != nil { return Self.unmerged }
        if last.resource["active"]?.bool == false {
            return .unclear(.matchInactive, "the clinic no longer uses this record, and no other took its place")
        }
        guard try !hasLostFollower(last.staged.key) else { return Self.unmerged }
        return seen.count == 1 ? .itself : .survivor(last)
    }

    /// The patients that a patient's record, or their own, says took its place; nil when there are none.
    func successors(of patient: ClinicalResource) throws -> Set<ResourceKey>? {
        var found = Set(Self.keys(patient.resource, "replaced-by", stager))
        let link = Self.link(to: patient.staged.key, of: terms.clinic, identities)
        found.formUnion(try reader.members(linkedBy: link))
        return MemberTraits.isReplaced(patient.resource) || !found.isEmpty ? found : nil
    }

    /// Whether a patient that was merged into `survivor` no longer is: then nobody knows whose visits are where.
    private func hasLostFollower(_ survivor: ResourceKey) throws -> Bool {
        try reader.followers(of: survivor, payer: terms.payer.name).contains { key in
            guard try reader.memberLink(of: key, terms.route) == nil, let staged = try reader.staged(key),
                let follower = ClinicalResource(staged, stager: stager)
            else { return false }
            return try successors(of: follower) == nil
        }
    }

    /// The way from a Patient to the one that says it replaced it: patients whose keys are close have ways that are close,
    /// since it is asked of everybody in the order of keys.
    static func link(to replaced: ResourceKey, of clinic: Party, _ identities: Identities) -> Int64 {
        identities.linkKey(source: clinic.name, by: mark, value: "") ^ replaced.bits
    }

    /// The Patients that a record names by a kind of link.
    static func keys(_ patient: Resource, _ kind: String, _ stager: Stager) -> [ResourceKey] {
        (patient["link"]?.elements ?? []).filter { $0["type"]?.string == kind }
            .compactMap { $0["other"]?["reference"]?.string }.compactMap(stager.key)
    }

    private static let unmerged = Outcome.unclear(
        .matchUnmerged, "patients were merged at the clinic, and are no longer: somebody has to look at both")
}
