public import FHIR

extension ServiceDates {
    /// Types that have no day: an allergy recorded long ago still exists today, and a relation is not care.
    public static let undatedTypes: Set<String> = ["AllergyIntolerance", "Device", "RelatedPerson"]

    /// Statuses of care that has begun and not ended.
    private static let ongoing: Set<String> = [
        "arrived", "triaged", "in-progress", "onleave", "active", "on-hold", "accepted", "suspended",
    ]

    /// Reads the day of care (CO-13, CMS-10): a period or a single date, whatever name the type gives it.
    ///
    /// Types in ``undatedTypes`` have none, nor has a Condition without a visit: that is an entry in a list of what is
    /// true today, with the date on which it began. A period without an end is open while the status says that it goes
    /// on, else it is one day; a Goal that goes on is open from its start.
    public init(_ scan: ResourceScan) {
        let isListed = scan.type == "Condition" && scan.encounter == nil
        guard !Self.undatedTypes.contains(scan.type), !isListed else {
            self.init(first: nil, last: nil)
            return
        }
        // A CareTeam may have no status.
        let isGoingOn = scan.status.map(Self.ongoing.contains) ?? (scan.type == "CareTeam")
        let isOpen = isGoingOn && (scan.lastDay == nil || scan.type == "Goal")
        self.init(first: scan.firstDay, last: isOpen ? nil : scan.lastDay ?? scan.firstDay)
    }
}
