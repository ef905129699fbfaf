import Conformance
import FHIR
import Mappings
import PDex

/// Step 4: maps every permitted resource to its profile, or leaves it out with a reason.
struct MapResources: Sendable {
    /// The result of mapping a member's data.
    enum Outcome: Sendable {
        case mapped(MappedExchange)
        /// Nothing can be sent, or the gate holds it back: why, and what the gate found.
        case parked(FaultCode, String, [GateRemark])
    }

    let mappings: MappingSet
    let gate: ConformanceGate
    private let writer: EntryWriter
    private let stager: Stager
    /// The types that may leave the clinic for this job (CO-08); the Patient always goes along.
    ///
    /// Steps 2 and 3 look at the others, too: a visit that is not sent may still be a sensitive one.
    let wanted: Set<String>
    private let forbidden: Set<String>
    /// The types that this payer may be sent at all; nil for all.
    private let allowed: Set<String>?
    private let filters: TypeFilters
    private var context: MappingContext
    /// Resources that go along although the job does not name them, with their content hashes.
    private var underWay: [ResourceKey: Int64] = [:]

    init(terms: ExchangeTerms, mappings: MappingSet, stager: Stager, writer: EntryWriter, gate: ConformanceGate) {
        self.mappings = mappings
        self.stager = stager
        self.writer = writer
        self.gate = gate
        let selected = Set(terms.selection.types + ["Patient"])
        allowed = terms.allowedTypes
        wanted = selected.filter { $0 == "Patient" || terms.allowedTypes?.contains($0) ?? true }
        forbidden = selected.subtracting(wanted)
        filters = TypeFilters(terms.selection)
        context = MappingContext(
            clinicBase: terms.clinic.base, clinicIdentifierSystem: terms.clinic.identifierSystem,
            clinicNPI: terms.clinic.npi, clinicOrganization: terms.clinic.organization, payerName: terms.payer.name,
            payerNumberSystems: terms.numbers.payerSystems,
            memberOf: mappings.valueSets.isEmpty ? nil : gate.memberOf)
    }

    /// What other than the mapping set decides what becomes of a resource, for the fingerprint of exchanges.
    var identity: String {
        let systems = context.payerNumberSystems.sorted()
        return gate.identity + (mappings.valueSets.isEmpty ? "" : " codes by " + gate.vocabulary)
            + (systems.isEmpty ? "" : " numbers of " + systems.joined(separator: " "))
    }

    /// Maps the Patient and everything permitted, and checks each against its profile.
    ///
    /// One bad resource does not block the member (UC-04, Q-05): it is left out with the reason; if it is a visit, so
    /// is whatever refers to it. Only without a Patient is there nothing to send, and where the payer wants that, one
    /// resource that does not conform holds the whole exchange. `underWay` goes along whether the job names it or not,
    /// because it is on its way to the payer with that content.
    func outcome(
        for permitted: PermittedExchange, underWay: [ResourceKey: Int64] = [:], _ shared: SharedResources,
        _ reader: any StoreReader
    ) throws -> Outcome {
        var own = self
        own.underWay = underWay
        own.context = context.adding(payerNumberSystems: permitted.matched.numberSystems)
        return try own.made(of: permitted, shared, reader)
    }

    private func made(
        of permitted: PermittedExchange, _ shared: SharedResources, _ reader: any StoreReader
    ) throws -> Outcome {
        guard let patient = permitted.matched.member.patient else {
            return .parked(.clinicUnlinked, "the clinic did not send this member's Patient", [])
        }
        let references = references(of: permitted, patient)
        let people = ContainedPatients(besides: patient.resource)
        let person: MappedResource
        switch try map(patient.staged, patient.resource, references, reader) {
        case .success(let mapped): person = mapped
        case .failure(let reason) where reason.isLack:
            return .parked(reason.code, reason.why, reason.remarks + [reason.refusal].compactMap(\.self))
        case .failure: return .parked(.mappingRequired, "the member's Patient has no mapping", [])
        }
        var draft = MappingDraft(person, leftOut: permitted.leftOut + permitted.matched.leftOut)
        for item in permitted.resources {
            if let reason = exclusion(of: item) {
                draft.leave(item, reason)
            } else {
                let resource = people.leavingOutStrangers(of: item.resource)
                draft.take(item, try map(item.staged, resource, references, reader))
            }
        }
        draft.strand()
        var targets = SentTargets(shared: shared, stager: stager)
        try judge(&draft, &targets, reader)
        if gate.isStrict, gate.policy.onInvalid == .hold, let first = draft.remarks.first {
            return .parked(.conformanceInvalid, first.finding.line, draft.remarks + draft.refusals)
        }
        let (provenance, untold) = try self.provenance(of: draft, permitted, people, references, &targets, reader)
        return .mapped(
            MappedExchange(
                permitted: permitted, patient: draft.patient, resources: draft.resources, provenance: provenance,
                leftOut: draft.leftOut + untold, lacking: draft.lacking, remarks: draft.remarks + draft.refusals))
    }

    /// What expressions may find behind references: the member's resources that may be sent, and shared ones.
    private func references(of permitted: PermittedExchange, _ patient: ClinicalResource) -> MappingReferences? {
        guard mappings.readsReferences else { return nil }
        let own = Dictionary(
            (permitted.resources + [patient]).map { ($0.staged.key, $0) }, uniquingKeysWith: { first, _ in first })
        return MappingReferences(stager) { [self] key, _ in
            guard let item = own[key], exclusion(of: item) == nil else { return nil }
            return item.resource
        }
    }

    /// Checks what could not be judged alone against its profile, now that it is known what is sent with it.
    private func judge(
        _ draft: inout MappingDraft, _ targets: inout SentTargets, _ reader: any StoreReader
    ) throws {
        guard gate.looks else { return }
        while true {
            var right: [(item: ClinicalResource, resource: MappedResource)] = []
            var isChanged = false
            targets.own = draft.travelling
            for (item, resource) in draft.unjudged {
                switch judged(resource, among: try targets.index(of: resource.json, reader)) {
                case .success(let judged): right.append((item, judged))
                case .failure(let reason):
                    draft.drop(item, reason)
                    isChanged = true
                }
            }
            guard isChanged else {
                for (item, judged) in right { draft.judge(item, judged) }
                return
            }
            // A resource that conformed may have referred to one that is now left out.
            draft.strand()
        }
    }

    /// Why a resource is not for this payer or this job; nil when it is.
    private func exclusion(of item: ClinicalResource) -> FaultCode? {
        let type = item.staged.type
        guard !forbidden.contains(type) else { return .payerTypeNotAllowed }
        if underWay[item.staged.key] == item.staged.contentHash, allowed?.contains(type) ?? true { return nil }
        guard wanted.contains(type) else { return .jobTypeNotSelected }
        return filters.allow(item.staged, item.resource) ? nil : .jobFilteredOut
    }

    /// Whether a contained resource may be sent: the payer's list of types applies to it, too (CO-08).
    private func mayTravel(inside contained: JSONValue) -> Bool {
        guard let allowed, let type = contained["resourceType"]?.string else { return true }
        return type == "Patient" || SharedTypes.goesAlong(type) || allowed.contains(type)
    }

    /// Maps the clinic's Provenance of what is sent; it goes along unasked, as practitioners do (PV-03).
    private func provenance(
        of draft: MappingDraft, _ permitted: PermittedExchange, _ people: ContainedPatients,
        _ references: MappingReferences?, _ targets: inout SentTargets, _ reader: any StoreReader
    ) throws -> (mapped: [MappedResource], leftOut: [ExchangeManifest.Entry]) {
        // A Patient is not sent alone, and so neither is who wrote it.
        var travelling = Set(draft.resources.map(\.staged.key))
        if !travelling.isEmpty { travelling.insert(permitted.matched.member.key) }
        var mapped: [MappedResource] = []
        var leftOut: [ExchangeManifest.Entry] = []
        for item in permitted.provenance {
            guard !travelling.isDisjoint(with: item.targets) else {
                leftOut.append(item.entry(leftOut: .provenanceUntargeted))
                continue
            }
            switch try map(item.staged, people.leavingOutStrangers(of: item.resource), references, reader) {
            case .success(let resource) where resource.isJudged: mapped.append(resource)
            case .success(let resource):
                switch judged(resource, among: try targets.index(of: resource.json, reader)) {
                case .success(let resource): mapped.append(resource)
                case .failure(let reason): leftOut.append(item.entry(leftOut: reason.code))
                }
            case .failure(let reason): leftOut.append(item.entry(leftOut: reason.code))
            }
        }
        return (mapped, leftOut)
    }

    /// Why a resource was not mapped.
    struct Reason: Error {
        let code: FaultCode
        let why: String
        /// What the gate found.
        var remarks: [GateRemark] = []
        /// What the mapping requires but could not make.
        var refusal: GateRemark?

        /// Whether something is missing or wrong, rather than just outside this set's scope.
        var isLack: Bool { code == .mappingRequired || code == .conformanceInvalid }
    }

    /// A resource that the configuration states about the clinic, as the set maps it, or unchanged if the set does not.
    func mapped(own resource: JSONValue) -> JSONValue {
        guard let own = try? Resource(resource), case .mapped(let mapped, _, _) = mappings.map(own, in: context) else {
            return resource
        }
        return .object(mapped.json)
    }

    /// Maps one resource, gives it its id at the payer, and checks it against its profile. If that asks what references
    /// lead to, the resource still has to be ``judged(_:among:)``.
    func map(
        _ staged: StagedResource, _ resource: Resource, _ references: MappingReferences?, _ reader: any StoreReader
    ) throws -> Result<MappedResource, Reason> {
        let resource = resource.leavingOutContained { !mayTravel(inside: $0) }
        switch try outcome(of: resource, references, reader) {
        case .mapped(let mapped, let profile, _):
            let location = writer.location(type: staged.type, id: staged.id)
            let addressed = AttachmentAddresses.whole(mapped, base: context.clinicBase)
            let json = writer.identified(addressed, staged, location: location)
            let resource = MappedResource(staged: staged, json: json, location: location, profile: profile)
            return gate.asksTargets(profile) ? .success(resource) : judged(resource, among: nil)
        case .skipped(let mapping):
            return .failure(Reason(code: .mappingSkipped, why: mapping))
        case .unmapped:
            return .failure(Reason(code: .mappingNone, why: staged.type))
        case .failed(let mapping, let requirement):
            let why = "\(mapping): \(requirement) (\(staged.type) \(staged.key))"
            let refusal = GateRemark(key: staged.key, refused: staged.type, by: mapping, requirement)
            return .failure(Reason(code: .mappingRequired, why: why, refusal: refusal))
        }
    }

    /// Maps, reads what the expressions asked for, and maps again, until they ask for nothing new.
    private func outcome(
        of resource: Resource, _ references: MappingReferences?, _ reader: any StoreReader
    ) throws -> MappingOutcome {
        guard let references, mappings.readsReferences else { return mappings.map(resource, in: context) }
        let context = context.resolving { references.resource($0) }
        var outcome = mappings.map(resource, in: context)
        while try references.read(reader) { outcome = mappings.map(resource, in: context) }
        return outcome
    }

    /// The resource with what the gate finds in it, or why it must not be sent; `targets` are what it refers to.
    func judged(_ mapped: MappedResource, among targets: BundleIndex?) -> Result<MappedResource, Reason> {
        let remarks = gate.remarks(on: mapped.json, mapped.staged.key, profile: mapped.profile, among: targets)
        if gate.isStrict, let first = remarks.first {
            return .failure(Reason(code: .conformanceInvalid, why: first.finding.line, remarks: remarks))
        }
        return .success(mapped.judged(remarks))
    }
}

/// A member's mapped data: what step 4 makes.
struct MappedExchange: Sendable {
    let permitted: PermittedExchange
    let patient: MappedResource
    let resources: [MappedResource]
    /// The clinic's Provenance of at least one of them.
    let provenance: [MappedResource]
    let leftOut: [ExchangeManifest.Entry]
    /// What the resources that could not be made lack, in the words of the mappings.
    let lacking: [String]
    /// What the gate found, in what is sent and in what is not, and what the mappings refused.
    let remarks: [GateRemark]

    /// How much was mapped, and what some lack: a line for the audit trail.
    var summary: String {
        let count = "\(resources.count + 1) resources"
        guard let first = lacking.first else { return count }
        let more = lacking.count > 1 ? ", and \(lacking.count - 1) more" : ""
        return count + "; left out: " + first + more
    }
}
