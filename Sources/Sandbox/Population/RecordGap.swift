/// What a clinic's record may lack, as real ones do: the mapping says what becomes of it (UC-01 … UC-04, UC-20).
///
/// Each is in the second visit of one member of ten, so that a population of fifty has all of them.
enum RecordGap: Int {
    /// An Encounter without `type`.
    case encounterType = 4
    /// A Condition without `clinicalStatus`.
    case clinicalStatus = 5
    /// A laboratory test that was not done: a reason in the place of the value.
    case resultValue = 6
    /// A member of a care team of whom nobody noted the role.
    case teamRole = 7
    /// A device from before there were device identifiers.
    case deviceIdentifier = 8
}

extension ClinicRecord {
    /// Whether this member's record has the gap.
    func isGap(_ gap: RecordGap) -> Bool {
        profile.number % 10 == gap.rawValue
    }

    /// Whether the gap is in the record, and at this visit.
    func isGap(_ gap: RecordGap, _ visit: Visit) -> Bool {
        isGap(gap) && visit.number == 2
    }
}
