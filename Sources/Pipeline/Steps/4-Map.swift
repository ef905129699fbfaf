import FHIR
import Mappings
import PDex

/// Step 4: maps every permitted resource to its profile, or leaves it out with a reason.
struct MapResources: Sendable {
    /// What mapping a member's data came to.
    enum Outcome: Sendable {
        case mapped(MappedExchange)
        case parked(FaultCode, String)
    }

    let mappings: MappingSet
    /// The types that may leave the clinic for this job (CO-08); the Patient always goes along.
    ///
    /// Coverage and consent look at the others too: a visit that does not travel may still be a sensitive one.
    let wanted: Set<String>
    private let forbidden: Set<String>
    private let filters: TypeFilters
    private let context: MappingContext

    init(terms: ExchangeTerms, mappings: MappingSet) {
        self.mappings = mappings
        let selected = Set(terms.selection.types + ["Patient"])
        wanted = selected.filter { $0 == "Patient" || terms.allowedTypes?.contains($0) ?? true }
        forbidden = selected.subtracting(wanted)
        filters = TypeFilters(terms.selection)
        context = MappingContext(
            clinicBase: terms.clinic.base, clinicIdentifierSystem: terms.clinic.identifierSystem,
            payerName: terms.payer.name)
    }

    /// Maps the Patient and everything permitted.
    ///
    /// One bad resource does not block the member (UC-04, Q-05): it is left out with the reason, and a visit that
    /// is left out takes along what speaks of it. Only without a Patient there is nothing to send.
    func outcome(for permitted: PermittedExchange) -> Outcome {
        guard let patient = permitted.matched.member.patient else {
            return .parked(.clinicUnlinked, "the clinic did not send this member's Patient")
        }
        let person: MappedResource
        switch map(patient.staged, patient.resource) {
        case .success(let mapped): person = mapped
        case .failure(let reason) where reason.code == .mappingRequired: return .parked(reason.code, reason.why)
        case .failure: return .parked(.mappingRequired, "the member's Patient has no mapping")
        }
        var mapped: [(item: ClinicalResource, resource: MappedResource)] = []
        var leftOut = permitted.leftOut + permitted.matched.leftOut
        var lacking: [String] = []
        var lostVisits: Set<ResourceKey> = []
        for item in permitted.resources {
            guard wanted.contains(item.staged.type) else {
                let isForbidden = forbidden.contains(item.staged.type)
                leftOut.append(item.entry(leftOut: isForbidden ? .payerTypeNotAllowed : .jobTypeNotSelected))
                continue
            }
            guard filters.allow(item.staged, item.resource) else {
                leftOut.append(item.entry(leftOut: .jobFilteredOut))
                continue
            }
            switch map(item.staged, item.resource) {
            case .success(let resource): mapped.append((item, resource))
            case .failure(let reason):
                leftOut.append(item.entry(leftOut: reason.code))
                guard reason.code == .mappingRequired else { continue }
                lacking.append(reason.why)
                if item.staged.type == "Encounter" { lostVisits.insert(item.staged.key) }
            }
        }
        let stranded = mapped.filter {
            $0.item.staged.type != "Encounter" && !lostVisits.isDisjoint(with: $0.item.encounters)
        }
        leftOut += stranded.map { $0.item.entry(leftOut: .mappingRequired) }
        let lost = Set(stranded.map(\.item.staged.key))
        let resources = mapped.filter { !lost.contains($0.item.staged.key) }.map(\.resource)
        let (provenance, untold) = self.provenance(of: resources, permitted)
        return .mapped(
            MappedExchange(
                permitted: permitted, patient: person, resources: resources, provenance: provenance,
                leftOut: leftOut + untold, lacking: lacking))
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
    }

    /// Maps one resource.
    func map(_ staged: StagedResource, _ resource: Resource) -> Result<MappedResource, Reason> {
        switch mappings.map(resource, in: context) {
        case .mapped(let mapped, _, _):
            return .success(MappedResource(staged: staged, resource: mapped))
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
    let resource: Resource
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

    /// How much was mapped, and what some lack: a line for the audit trail.
    var summary: String {
        let count = "\(resources.count + 1) resources"
        guard let first = lacking.first else { return count }
        let more = lacking.count > 1 ? ", and \(lacking.count - 1) more" : ""
        return count + "; left out: " + first + more
    }
}
