import FHIR

/// One visit: when, where, with whom, and how its resources are labelled.
struct Visit {
    /// 1 for the most recent visit of a member.
    let number: Int
    let start: Instant
    let end: Instant
    /// When the clinic's system last touched the documents of the visit.
    let recorded: Instant
    let practitioner: Int
    let location: Int
    let type: ClinicalCode
    /// False for a finished visit whose time was not recorded.
    let hasPeriod: Bool
    /// Labelled as psychiatric and restricted.
    let isSensitive: Bool

    /// Draws visit `number`: the first is within the last weeks, the others further back, none over 700 days ago.
    init(number: Int, of profile: MemberProfile, asOf: Instant, random: inout RandomSource) {
        self.number = number
        let ranges = [2...24, 60...360, 400...700]
        let days = random.number(in: ranges[min(number, ranges.count) - 1])
        let minutes = random.number(in: 0...480)
        // Visits begin between 13:00 and 21:00 UTC of their day, on a full minute.
        let midnight = (asOf.seconds / 86_400 - Int64(days)) * 86_400
        start = Instant(seconds: midnight + 13 * 3_600 + Int64(minutes) * 60)
        end = start.adding(milliseconds: Int64(random.number(in: 15...50)) * 60_000)
        recorded = end.adding(milliseconds: Int64(random.number(in: 600...14_400)) * 1_000)
        practitioner = random.number(in: 1...SharedRecords.practitioners)
        location = random.number(in: 1...SharedRecords.locations)
        type = random.pick(ClinicalCodes.visits)
        hasPeriod = !(profile.special == .encounterWithoutPeriod && number == 2)
        isSensitive = profile.special == .sensitiveVisit && number == 2
    }

    /// The labels of everything that a sensitive visit produced, as codings without brackets; nil for other visits.
    var security: String? {
        guard isSensitive else { return nil }
        let psychiatry = ClinicalCode.hl7("v3-ActCode", "PSY", "psychiatry disorder information sensitivity")
        let restricted = ClinicalCode.hl7("v3-Confidentiality", "R", "restricted")
        return "\(psychiatry.coding),\(restricted.coding)"
    }

    /// The period as JSON text.
    var period: String {
        #"{"start":"\#(USCore.local(start))","end":"\#(USCore.local(end))"}"#
    }
}
