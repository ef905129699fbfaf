import PDex

/// A member's resources while step 4 looks at them: what is mapped, and what was left out for which reason.
struct MappingDraft {
    private(set) var patient: MappedResource
    private(set) var leftOut: [ExchangeManifest.Entry]
    /// What some resources lack, in the words of the mappings.
    private(set) var lacking: [String] = []
    /// What the gate found.
    private(set) var remarks: [GateRemark]
    /// What the mappings refused.
    private(set) var refusals: [GateRemark] = []
    private var mapped: [(item: ClinicalResource, resource: MappedResource)] = []
    private var lostVisits: [ResourceKey: FaultCode] = [:]

    init(_ patient: MappedResource, leftOut: [ExchangeManifest.Entry]) {
        self.patient = patient
        self.leftOut = leftOut
        remarks = patient.remarks
    }

    /// What is sent, except the Patient.
    var resources: [MappedResource] { mapped.map(\.resource) }

    /// What is sent, by its key.
    var travelling: [ResourceKey: MappedResource] {
        var travelling = Dictionary(
            mapped.map { ($0.item.staged.key, $0.resource) }, uniquingKeysWith: { first, _ in first })
        travelling[patient.staged.key] = patient
        return travelling
    }

    /// What the gate has not looked at yet.
    var unjudged: [(item: ClinicalResource, resource: MappedResource)] { mapped.filter { !$0.resource.isJudged } }

    /// Leaves out what is not for this payer or this job.
    mutating func leave(_ item: ClinicalResource, _ reason: FaultCode) {
        leftOut.append(item.entry(leftOut: reason))
    }

    /// Adds the result of mapping a resource.
    mutating func take(_ item: ClinicalResource, _ result: Result<MappedResource, MapResources.Reason>) {
        switch result {
        case .success(let resource):
            mapped.append((item, resource))
            remarks += resource.remarks
        case .failure(let reason): note(item, reason)
        }
    }

    /// Adds what the gate found in a resource that was mapped before.
    mutating func judge(_ item: ClinicalResource, _ judged: MappedResource) {
        guard let place = mapped.firstIndex(where: { $0.item === item }) else { return }
        mapped[place].resource = judged
        remarks += judged.remarks
    }

    /// Leaves out a resource that was mapped before.
    mutating func drop(_ item: ClinicalResource, _ reason: MapResources.Reason) {
        mapped.removeAll { $0.item === item }
        note(item, reason)
    }

    private mutating func note(_ item: ClinicalResource, _ reason: MapResources.Reason) {
        leftOut.append(item.entry(leftOut: reason.code))
        guard reason.isLack else { return }
        lacking.append(reason.why)
        remarks += reason.remarks
        if let refusal = reason.refusal { refusals.append(refusal) }
        if item.staged.type == "Encounter" { lostVisits[item.staged.key] = reason.code }
    }

    /// Leaves out what refers to a visit that cannot be sent.
    mutating func strand() {
        guard !lostVisits.isEmpty else { return }
        let (all, lost) = (mapped, lostVisits)
        mapped = []
        for (item, resource) in all {
            let reason = item.encounters.sorted().lazy.compactMap { lost[$0] }.first
            if let reason, item.staged.type != "Encounter" {
                leftOut.append(item.entry(leftOut: reason))
            } else {
                mapped.append((item, resource))
            }
        }
    }
}
