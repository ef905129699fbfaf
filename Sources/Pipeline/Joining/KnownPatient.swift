import FHIR
import PDex

/// One of the clinic's Patients as used for recognition: from stored facts, or else from its bytes.
struct KnownPatient {
    /// Its staging key.
    let key: ResourceKey
    /// The facts about it.
    let facts: PersonFacts

    /// Nil when the Patient is not staged or cannot be read.
    init?(_ key: ResourceKey, _ stager: Stager, _ reader: any MemberReader) throws {
        guard let kept = try reader.facts(of: key) else {
            guard let read = try reader.staged(key).flatMap({ ClinicalResource($0, stager: stager) }) else {
                return nil
            }
            self.init(read, stager)
            return
        }
        self.init(key: key, facts: kept)
    }

    /// A Patient that was read.
    init(_ patient: ClinicalResource, _ stager: Stager) {
        self.init(key: patient.staged.key, facts: PersonFacts(ofPatient: patient.resource, stager))
    }

    private init(key: ResourceKey, facts: PersonFacts) {
        self.key = key
        self.facts = facts
    }
}
