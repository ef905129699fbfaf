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
    /// A time or a period; the lower the rank, the more it counts.
    case time(rank: Int)

    private static let names: [(StaticString, ResourceField)] = [
        ("resourceType", .type), ("id", .id), ("meta", .meta), ("encounter", .encounter), ("context", .context),
        ("target", .target),
        ("subject", .patient(rank: 0)), ("patient", .patient(rank: 1)), ("beneficiary", .patient(rank: 2)),
        ("individual", .patient(rank: 3)), ("for", .patient(rank: 4)), ("candidate", .patient(rank: 5)),
        ("deliverFor", .patient(rank: 6)),
        ("period", .time(rank: 0)), ("billablePeriod", .time(rank: 1)),
        ("effectiveDateTime", .time(rank: 2)), ("effectivePeriod", .time(rank: 2)),
        ("effectiveInstant", .time(rank: 2)),
        ("performedDateTime", .time(rank: 3)), ("performedPeriod", .time(rank: 3)),
        ("occurrenceDateTime", .time(rank: 4)), ("occurrencePeriod", .time(rank: 4)),
        ("onsetDateTime", .time(rank: 5)), ("onsetPeriod", .time(rank: 5)),
        ("started", .time(rank: 6)), ("whenHandedOver", .time(rank: 7)), ("authoredOn", .time(rank: 8)),
        ("recordedDate", .time(rank: 9)), ("date", .time(rank: 10)), ("issued", .time(rank: 11)),
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
