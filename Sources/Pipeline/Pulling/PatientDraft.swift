import FHIR
import PDex

/// What has been fetched of one patient so far.
struct PatientDraft {
    var held = LineBuffer()
    var time: Instant?
    var flaws = 0
    var references: Set<String> = []
    /// The keys of the resources that came.
    var seen: Set<ResourceKey> = []
    /// The refusals, counted by fault.
    private(set) var refusals: [FaultCode: Int] = [:]
    /// Whether a search listed values, so that resources without any of them are missing.
    var isNarrowed = false
    /// `Type/id` of resources that came without their Provenance.
    var unwitnessed: Set<String> = []
    /// Whether the clinic returned the patient's Consents.
    var areConsentsRead = false
    /// Whether any Provenance came.
    var isWitnessed = false

    mutating func refuse(_ code: FaultCode) {
        flaws += 1
        refusals[code, default: 0] += 1
    }
}
