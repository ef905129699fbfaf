import FHIR
import PDex

/// What is in hand of one patient.
struct PatientDraft {
    var held = LineBuffer()
    var time: Instant?
    var flaws = 0
    var references: Set<String> = []
    /// What came.
    var seen: Set<ResourceKey> = []
    /// What was refused, by how.
    private(set) var refusals: [FaultCode: Int] = [:]
    /// Whether a search named values, so that what has none of them is missing.
    var isNarrowed = false
    /// `Type/id` of what came without its Provenance.
    var unwitnessed: Set<String> = []
    /// Whether the clinic gave out the patient's Consents.
    var areConsentsRead = false
    /// Whether any Provenance came.
    var isWitnessed = false

    mutating func refuse(_ code: FaultCode) {
        flaws += 1
        refusals[code, default: 0] += 1
    }
}
