/// The members of a resource that the scan looks at.
enum ResourceField {
    case type
    case id
    case meta
    /// A reference that may name the patient; the lowest rank wins.
    case patient(rank: Int)
    case encounter
    case context
    /// What a Provenance is about.
    case target
    /// A time or a period; the lowest rank wins, and likewise for the days of care.
    case time(rank: Int, day: Int = .max)
    /// A timing: its events, or the bounds within which it repeats.
    case timing(day: Int)
    /// What a Specimen says about how it was taken.
    case collection
    case status

    /// Ranks of days below this one are those of periods.
    static let firstDate = 11
    /// The rank of the period in a DocumentReference's context.
    static let contextPeriod = 8

    private static let names: [(StaticString, ResourceField)] = [
        ("resourceType", .type), ("id", .id), ("meta", .meta), ("encounter", .encounter), ("context", .context),
        ("target", .target), ("collection", .collection), ("status", .status), ("lifecycleStatus", .status),
        ("subject", .patient(rank: 0)), ("patient", .patient(rank: 1)), ("beneficiary", .patient(rank: 2)),
        ("individual", .patient(rank: 3)), ("for", .patient(rank: 4)), ("candidate", .patient(rank: 5)),
        ("deliverFor", .patient(rank: 6)),
        ("period", .time(rank: 0, day: 0)), ("billablePeriod", .time(rank: 1, day: 10)),
        ("effectiveDateTime", .time(rank: 2, day: 11)), ("effectivePeriod", .time(rank: 2, day: 1)),
        ("effectiveInstant", .time(rank: 2, day: 12)), ("effectiveTiming", .timing(day: 2)),
        ("performedDateTime", .time(rank: 3, day: 13)), ("performedPeriod", .time(rank: 3, day: 3)),
        ("occurrenceDateTime", .time(rank: 4, day: 14)), ("occurrencePeriod", .time(rank: 4, day: 6)),
        ("occurrenceTiming", .timing(day: 7)),
        ("onsetDateTime", .time(rank: 5, day: 15)), ("onsetPeriod", .time(rank: 5, day: 4)),
        ("started", .time(rank: 6, day: 18)), ("whenHandedOver", .time(rank: 7, day: 19)),
        ("authoredOn", .time(rank: 8, day: 23)), ("recordedDate", .time(rank: 9, day: 25)),
        ("date", .time(rank: 10, day: 27)), ("issued", .time(rank: 11, day: 28)),
        ("servicedPeriod", .time(rank: .max, day: 5)), ("servicedDate", .time(rank: .max, day: 17)),
        ("whenPrepared", .time(rank: .max, day: 20)), ("startDate", .time(rank: .max, day: 21)),
        ("receivedTime", .time(rank: .max, day: 22)), ("authored", .time(rank: .max, day: 24)),
        ("recorded", .time(rank: .max, day: 26)), ("statusDate", .time(rank: .max, day: 29)),
        ("created", .time(rank: .max, day: 30)),
    ]

    /// The members of `collection`, with their ranks of days.
    static let collected: [(StaticString, Int)] = [("collectedPeriod", 9), ("collectedDateTime", 16)]

    /// The names by their length: most are told apart before a byte is compared.
    private static let byLength: [[(StaticString, ResourceField)]] = (0...18).map { length in
        names.filter { $0.0.utf8CodeUnitCount == length }
    }

    /// The field of a name; nil for the names that do not matter here.
    static func named(_ name: UnsafeRawBufferPointer) -> ResourceField? {
        guard name.count < byLength.count else { return nil }
        for (text, field) in byLength[name.count] where name.spells(text) { return field }
        return nil
    }
}
