import FHIR
import Mappings
import PDex

/// Step 4: maps every permitted resource to its profile, or leaves it out with a reason.
struct MapResources: Sendable {
    /// What mapping a member's data came to.
    enum Outcome: Sendable {
        case mapped(MappedExchange)
        /// Nothing can be sent, or the gate holds it back: why, and what the gate found.
        case parked(FaultCode, String, [GateRemark])
    }

    let mappings: MappingSet
    let gate: ConformanceGate
    private let writer: EntryWriter
    /// The types that may leave the clinic for this job (CO-08); the Patient always goes along.
    ///
    /// Coverage and consent look at the others too: a visit that does not travel may still be a sensitive one.
    let wanted: Set<String>
    private let forbidden: Set<String>
    private let filters: TypeFilters
    private let context: MappingContext

    init(terms: ExchangeTerms, mappings: MappingSet, writer: EntryWriter, gate: ConformanceGate) {
        self.mappings = mappings
        self.writer = writer
        self.gate = gate
        let selected = Set(terms.selection.types + ["Patient"])
        wanted = selected.filter { $0 == "Patient" || terms.allowedTypes?.contains($0) ?? true }
        forbidden = selected.subtracting(wanted)
        filters = TypeFilters(terms.selection)
        context = MappingContext(
            clinicBase: terms.clinic.base, clinicIdentifierSystem: terms.clinic.identifierSystem,
            payerName: terms.payer.name)
    }

    /// Maps the Patient and everything permitted, and holds each against its profile.
    ///
    /// One bad resource does not block the member (UC-04, Q-05): it is left out with the reason, and a visit that
    /// is left out takes along what speaks of it. Only without a Patient there is nothing to send, and where the payer
    /// wants that, what does not conform holds the whole exchange.
    func outcome(for permitted: PermittedExchange) -> Outcome {
        guard let patient = permitted.matched.member.patient else {
            return .parked(.clinicUnlinked, "the clinic did not send this member's Patient", [])
        }
        let person: MappedResource
        switch map(patient.staged, patient.resource) {
        case .success(let mapped): person = mapped
        case .failure(let reason) where reason.isLack: return .parked(reason.code, reason.why, reason.remarks)
        case .failure: return .parked(.mappingRequired, "the member's Patient has no mapping", [])
        }
        var mapped: [(item: ClinicalResource, resource: MappedResource)] = []
        var leftOut = permitted.leftOut + permitted.matched.leftOut
        var lacking: [String] = []
        var remarks = person.remarks
        var lostVisits: [ResourceKey: FaultCode] = [:]
        for item in permitted.resources {
            if let reason = exclusion(of: item) {
                leftOut.append(item.entry(leftOut: reason))
                continue
            }
            switch map(item.staged, item.resource) {
            case .success(let resource):
                mapped.append((item, resource))
                remarks += resource.remarks
            case .failure(let reason):
                leftOut.append(item.entry(leftOut: reason.code))
                guard reason.isLack else { continue }
                lacking.append(reason.why)
                remarks += reason.remarks
                if item.staged.type == "Encounter" { lostVisits[item.staged.key] = reason.code }
            }
        }
        if gate.isStrict, gate.policy.onInvalid == .hold, let first = remarks.first {
            return .parked(.conformanceInvalid, first.finding.line, remarks)
        }
        let (kept, stranded) = Self.strand(mapped, without: lostVisits)
        let (provenance, untold) = self.provenance(of: kept, permitted)
        return .mapped(
            MappedExchange(
                permitted: permitted, patient: person, resources: kept, provenance: provenance,
                leftOut: leftOut + stranded + untold, lacking: lacking, remarks: remarks))
    }

    /// Why a resource is not for this payer or this job; nil when it is.
    private func exclusion(of item: ClinicalResource) -> FaultCode? {
        guard wanted.contains(item.staged.type) else {
            return forbidden.contains(item.staged.type) ? .payerTypeNotAllowed : .jobTypeNotSelected
        }
        return filters.allow(item.staged, item.resource) ? nil : .jobFilteredOut
    }

    /// Takes out what speaks of a visit that cannot be sent.
    private static func strand(
        _ mapped: [(item: ClinicalResource, resource: MappedResource)], without lost: [ResourceKey: FaultCode]
    ) -> (kept: [MappedResource], stranded: [ExchangeManifest.Entry]) {
        guard !lost.isEmpty else { return (mapped.map(\.resource), []) }
        var kept: [MappedResource] = []
        var stranded: [ExchangeManifest.Entry] = []
        for (item, resource) in mapped {
            let reason = item.encounters.sorted().lazy.compactMap { lost[$0] }.first
            if let reason, item.staged.type != "Encounter" {
                stranded.append(item.entry(leftOut: reason))
            } else {
                kept.append(resource)
            }
        }
        return (kept, stranded)
    }

    /// The clinic's Provenance of what travels; it comes along unasked, as practitioners do (PV-03).
    private func provenance(
        of resources: [MappedResource], _ permitted: PermittedExchange
    ) -> (mapped: [MappedResource], leftOut: [ExchangeManifest.Entry]) {
        // A Patient does not travel alone, and so nobody is told who wrote it.
        var travelling = Set(resources.map(\.staged.key))
        if !travelling.isEmpty { travelling.insert(permitted.matched.member.key) }
        var mapped: [MappedResource] = []
        var leftOut: [ExchangeManifest.Entry] = []
        for item in permitted.provenance {
            guard !travelling.isDisjoint(with: item.targets) else {
                leftOut.append(item.entry(leftOut: .provenanceUntargeted))
                continue
            }
            switch map(item.staged, item.resource) {
            case .success(let resource): mapped.append(resource)
            case .failure(let reason): leftOut.append(item.entry(leftOut: reason.code))
            }
        }
        return (mapped, leftOut)
    }

    /// Why a resource was not mapped.
    struct Reason: Error {
        let code: FaultCode
        let why: String
        var remarks: [GateRemark] = []

        /// Whether something is missing or wrong, and not just none of this set's business.
        var isLack: Bool { code == .mappingRequired || code == .conformanceInvalid }
    }

    /// What the configuration says of the clinic, as the set makes it; as it is when the set makes nothing of it.
    func mapped(own resource: JSONValue) -> JSONValue {
        guard let own = try? Resource(resource), case .mapped(let mapped, _, _) = mappings.map(own, in: context) else {
            return resource
        }
        return .object(mapped.json)
    }

    /// Maps one resource, gives it its id at the payer, and holds it against its profile.
    func map(_ staged: StagedResource, _ resource: Resource) -> Result<MappedResource, Reason> {
        switch mappings.map(resource, in: context) {
        case .mapped(let mapped, let profile, _):
            let location = writer.location(type: staged.type, id: staged.id)
            let json = writer.identified(mapped.json, staged, location: location)
            let remarks = gate.remarks(on: json, staged.key, profile: profile)
            if gate.isStrict, let first = remarks.first {
                return .failure(Reason(code: .conformanceInvalid, why: first.finding.line, remarks: remarks))
            }
            return .success(MappedResource(staged: staged, json: json, location: location, remarks: remarks))
        case .skipped(let mapping):
            return .failure(Reason(code: .mappingSkipped, why: mapping))
        case .unmapped:
            return .failure(Reason(code: .mappingNone, why: staged.type))
        case .failed(let mapping, let requirement):
            let why = "\(mapping): \(requirement) (\(staged.type) \(staged.key))"
            return .failure(Reason(code: .mappingRequired, why: why))
        }
    }
}

/// A resource as the payer will get it, but for its references.
struct MappedResource: Sendable {
    let staged: StagedResource
    let json: JSONObject
    /// `Type/id` at the payer.
    let location: String
    /// What the gate found and let pass.
    let remarks: [GateRemark]
}

/// A member's mapped data: what step 4 makes.
struct MappedExchange: Sendable {
    let permitted: PermittedExchange
    let patient: MappedResource
    let resources: [MappedResource]
    /// The clinic's Provenance of at least one of them.
    let provenance: [MappedResource]
    let leftOut: [ExchangeManifest.Entry]
    /// What those lack that could not be made, in the words of the mappings.
    let lacking: [String]
    /// What the gate found, in what is sent and in what is not.
    let remarks: [GateRemark]

    /// How much was mapped, and what some lack: a line for the audit trail.
    var summary: String {
        let count = "\(resources.count + 1) resources"
        guard let first = lacking.first else { return count }
        let more = lacking.count > 1 ? ", and \(lacking.count - 1) more" : ""
        return count + "; left out: " + first + more
    }
}
