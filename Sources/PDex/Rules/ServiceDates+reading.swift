public import FHIR

extension ServiceDates {
    /// What is so whatever the day: an allergy that was recorded long ago is one today, and a relation is no care.
    public static let undatedTypes: Set<String> = ["AllergyIntolerance", "Device", "RelatedPerson"]

    /// Statuses of what has begun and not ended.
    private static let ongoing: Set<String> = [
        "arrived", "triaged", "in-progress", "onleave", "active", "on-hold", "accepted", "suspended",
    ]

    /// Reads the day of care (CO-13, CMS-10): a period or a single date, of whatever name the type gives it.
    ///
    /// Nothing of ``undatedTypes`` has one, nor a Condition of no visit: that is a list of what is so today, with its
    /// beginning. A period without an end is open while the status says that it goes on, as a Goal is from its start;
    /// else it is one day.
    public init(_ scan: ResourceScan) {
        let isListed = scan.type == "Condition" && scan.encounter == nil
        guard !Self.undatedTypes.contains(scan.type), !isListed else {
            self.init(first: nil, last: nil)
            return
        }
        // A CareTeam need not have a status.
        let isGoingOn = scan.status.map(Self.ongoing.contains) ?? (scan.type == "CareTeam")
        let isOpen = isGoingOn && (scan.lastDay == nil || scan.type == "Goal")
        self.init(first: scan.firstDay, last: isOpen ? nil : scan.lastDay ?? scan.firstDay)
    }
}
