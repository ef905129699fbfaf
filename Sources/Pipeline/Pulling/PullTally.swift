import PDex

/// The counts of a pull, shared by all its concurrent parts.
actor PullTally {
    private(set) var resources = 0
    private(set) var bytes = 0
    private(set) var requests = 0
    private(set) var staged = StagingCount()
    /// Patients in the roster.
    private(set) var roster = 0
    private(set) var problems: [FaultCode: Int] = [:]
    private(set) var notes: [FaultCode: Int] = [:]
    /// Staged resources that belong to nobody in the roster, by reason.
    private(set) var outside: [FaultCode: Int] = [:]

    func received(resources: Int, bytes: Int, staged count: StagingCount) {
        self.resources += resources
        self.bytes += bytes
        staged += count
    }

    func requested(_ count: Int = 1) {
        requests += count
    }

    func rostered(_ count: Int) {
        roster += count
    }

    func foundOutside(_ outside: OutsideRoster) {
        if outside.unlinked > 0 { self.outside[.clinicUnlinked] = outside.unlinked }
        if outside.others > 0 { self.outside[.clinicNotInRoster] = outside.others }
    }

    /// Something that an operator may want to know although nothing is missing, such as a reference that leads nowhere.
    func noted(_ code: FaultCode, _ count: Int = 1) {
        if count > 0 { notes[code, default: 0] += count }
    }

    func refused(_ code: FaultCode, _ count: Int = 1) {
        if count > 0 { problems[code, default: 0] += count }
    }
}
