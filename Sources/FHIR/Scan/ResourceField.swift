/// The members of a resource that the scan looks at.
enum ResourceField {
    case type
    case id
    case meta
    /// A reference that may name the patient; the lower the rank, the more it counts.
    case patient(rank: Int)
    case encounter
    case context
    /// What a Provenance speaks of.
    case target
    /// A time or a period; the lower the rank, the more it counts, and the same for the days of care.
    case time(rank: Int, day: Int = .max)

    /// Ranks of days below this one are those of periods.
    static let firstDate = 5

    private static let names: [(StaticString, ResourceField)] = [
        ("resourceType", .type), ("id", .id), ("meta", .meta), ("encounter", .encounter), ("context", .context),
        ("target", .target),
        ("subject", .patient(rank: 0)), ("patient", .patient(rank: 1)), ("beneficiary", .patient(rank: 2)),
        ("individual", .patient(rank: 3)), ("for", .patient(rank: 4)), ("candidate", .patient(rank: 5)),
        ("deliverFor", .patient(rank: 6)),
        ("period", .time(rank: 0, day: 0)), ("billablePeriod", .time(rank: 1)),
        ("effectiveDateTime", .time(rank: 2, day: 5)), ("effectivePeriod", .time(rank: 2, day: 1)),
        ("effectiveInstant", .time(rank: 2, day: 6)),
        ("performedDateTime", .time(rank: 3, day: 7)), ("performedPeriod", .time(rank: 3, day: 2)),
        ("occurrenceDateTime", .time(rank: 4, day: 8)), ("occurrencePeriod", .time(rank: 4)),
        ("onsetDateTime", .time(rank: 5, day: 9)), ("onsetPeriod", .time(rank: 5, day: 3)),
        ("started", .time(rank: 6)), ("whenHandedOver", .time(rank: 7)), ("authoredOn", .time(rank: 8, day: 10)),
        ("recordedDate", .time(rank: 9, day: 11)), ("date", .time(rank: 10, day: 12)),
        ("issued", .time(rank: 11, day: 13)), ("servicedPeriod", .time(rank: .max, day: 4)),
    ]

    /// The names by their length: most names are told apart before a byte is compared.
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
