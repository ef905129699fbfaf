import FHIR
import PDex

/// Leaves out what a permit does not cover: sensitive data, data that nothing releases, and whatever would reveal
/// either (CO-04 … CO-07).
struct Segmentation: Sendable {
    /// What may go.
    enum Outcome {
        /// These resources with this Provenance of the clinic, but not those left out; `heldBy` counts them by list.
        case parts(
            kept: [ClinicalResource], provenance: [ClinicalResource], leftOut: [ExchangeManifest.Entry],
            heldBy: [String: Int])
        /// Nothing: the Patient itself is not covered, or something that may concern everything.
        case nothing(FaultCode, String)
    }

    /// Why one resource is held.
    struct Hold: Sendable {
        /// The finding, in the resource or in what it would reveal.
        let finding: Sensitivity.Finding
        /// The resource through which it spread; nil when the finding is in the resource itself.
        let via: ResourceKey?
    }

    let terms: ExchangeTerms
    let identities: Identities
    private let shared: SharedSensitivity
    private let stager: Stager

    init(terms: ExchangeTerms, identities: Identities) {
        self.terms = terms
        self.identities = identities
        stager = Stager(clinicOf: terms, identities)
        shared = SharedSensitivity(sensitivity: terms.sensitivity, stager: stager)
    }

    /// Divides a member's data; `sensitive` says whether the permit covers sensitive data.
    func outcome(
        for matched: MatchedMember, sensitive: Bool, _ reader: any StoreReader
    ) throws -> Outcome {
        if let patient = matched.member.patient,
            let finding = try finding(in: patient.resource, sensitive: sensitive, reader)
        {
            return .nothing(
                Self.code(finding), "the Patient itself is not covered, by \(terms.sensitivity.recorded(finding))")
        }
        if let survivor = try matched.match.via.flatMap(reader.staged).flatMap({ ClinicalResource($0, stager: stager) }
        ),
            let finding = try finding(about: survivor, sensitive: sensitive, reader)
        {
            return .nothing(
                Self.code(finding),
                "who took the patient's place is not covered, by \(terms.sensitivity.recorded(finding))")
        }
        let provenance = matched.member.provenance
        // A Provenance may reveal more about a target than its existence, so it is held, not cut.
        let holds = try holds(in: matched.member.resources + provenance, sensitive: sensitive, reader)
        // A flag that names no visit may be about all of them.
        for item in matched.member.resources where item.staged.type == "Flag" && item.encounters.isEmpty {
            if let hold = holds[item.staged.key] {
                return .nothing(
                    Self.code(hold.finding),
                    "a flag that names no visit is not covered, by \(terms.sensitivity.recorded(hold.finding))")
            }
        }
        var kept: [ClinicalResource] = []
        var told: [ClinicalResource] = []
        var leftOut: [ExchangeManifest.Entry] = []
        var heldBy: [String: Int] = [:]
        for item in matched.resources + provenance {
            if let hold = holds[item.staged.key] {
                leftOut.append(item.entry(leftOut: Self.code(hold.finding)))
                heldBy[terms.sensitivity.recorded(hold.finding), default: 0] += 1
            } else if item.staged.type == "Provenance" {
                told.append(item)
            } else {
                kept.append(item)
            }
        }
        return .parts(kept: kept, provenance: told, leftOut: leftOut, heldBy: heldBy)
    }

    /// A finding about a patient as a whole that is not released: in the Patient, or in a Flag that names no visit.
    func finding(
        about patient: ClinicalResource, sensitive: Bool, _ reader: any StoreReader
    ) throws -> Sensitivity.Finding? {
        let flags = try reader.care(of: patient.staged.key).filter { $0.type == "Flag" }
            .compactMap { try reader.staged($0.key) }
            .compactMap { ClinicalResource($0, stager: stager) }.filter(\.encounters.isEmpty)
        for item in [patient] + flags {
            if let found = try finding(in: item.resource, sensitive: sensitive, reader) { return found }
        }
        return nil
    }

    /// Which of a member's resources are held, and why: also those outside the coverage, since a note may be about two
    /// visits.
    func holds(
        in resources: [ClinicalResource], sensitive: Bool, _ reader: any StoreReader
    ) throws -> [ResourceKey: Hold] {
        var found: [Int: Sensitivity.Finding] = [:]
        for (index, item) in resources.enumerated() {
            found[index] = try finding(in: item.resource, sensitive: sensitive, reader)
        }
        guard !found.isEmpty else { return [:] }
        return Taint(resources, base: terms.clinic.base, identifierSystem: terms.clinic.identifierSystem)
            .spread(from: found)
    }

    /// The finding in a resource, or in a place, department or drug that it names, if not released.
    ///
    /// For a Patient only itself counts: those whom it names, such as a general practitioner, are not sent with it, and
    /// the visits with them name them as well.
    func finding(
        in resource: Resource, sensitive: Bool, _ reader: any StoreReader
    ) throws -> Sensitivity.Finding? {
        func isHeld(_ finding: Sensitivity.Finding?) -> Bool {
            finding.map { $0.release == .nothing || !sensitive } ?? false
        }
        let look = terms.sensitivity.look(at: resource)
        var found = isHeld(look.finding) ? look.finding : nil
        for reference in resource.type == "Patient" ? [] : look.shared where found?.release != .nothing {
            let other = try shared.finding(reference, reader)
            if isHeld(other), found == nil || other?.release == .nothing { found = other }
        }
        return found
    }

    static func code(_ finding: Sensitivity.Finding) -> FaultCode {
        finding.release == .nothing ? .consentRestricted : .consentSensitive
    }
}
