/// Gaps that a clinic's record may have, as real ones do; the mapping decides what follows (UC-01 … UC-04, UC-20).
///
/// Each is in the record of one member in ten, those of visits in the second: fifty members have all of them.
enum RecordGap: Int {
    /// An Encounter without `type`.
    case encounterType = 4
    /// A Condition without `clinicalStatus`.
    case clinicalStatus = 5
    /// A laboratory test that was not done: a reason instead of the value.
    case resultValue = 6
    /// A member of a care team without a recorded role.
    case teamRole = 7
    /// A device from before device identifiers existed.
    case deviceIdentifier = 8
}

extension ClinicRecord {
    /// Whether this member's record has the gap.
    func isGap(_ gap: RecordGap) -> Bool {
        profile.number % 10 == gap.rawValue
    }

    /// Whether the record has the gap at this visit.
    func isGap(_ gap: RecordGap, _ visit: Visit) -> Bool {
        isGap(gap) && visit.number == 2
    }
}
