/// What staging must know about a resource, read in one pass over its bytes without building a tree.
///
/// The whole document is checked on the way, so that what was scanned can be parsed later.
public struct ResourceScan: Sendable, Equatable {
    /// The `resourceType`.
    public var type: String
    /// The logical id.
    public var id: String
    /// `meta.versionId`.
    public var versionID: String?
    /// Whether `meta.tag` says that elements were left out (`SUBSETTED`).
    public var isSubsetted: Bool
    /// `meta.lastUpdated`; nil when absent or unreadable.
    public var lastUpdated: Instant?

    /// The reference to the patient whose record this belongs to, as it is written; nil for a Patient itself.
    ///
    /// Taken from the first of `subject`, `patient`, `beneficiary`, `individual`, `for`, `candidate` and `deliverFor`
    /// that names a Patient.
    public var patient: String?

    /// The reference to the encounter, as it is written: `encounter`, or `context` or `context.encounter`
    /// when it names an Encounter.
    public var encounter: String?

    /// What the resource is about, as it is written: the references in `target`, which only a Provenance has.
    public var targets: [String]

    /// The first moment of the clinically relevant time; nil when it is open or unknown.
    ///
    /// Taken from the first of `period`, `billablePeriod`, `effective[x]`, `performed[x]`, `occurrence[x]`, `onset[x]`,
    /// `started`, `whenHandedOver`, `authoredOn`, `recordedDate`, `date` and `issued` that can be read.
    public var start: Instant?

    /// The last moment of that time; nil when it is open or unknown.
    public var end: Instant?

    /// The first day of care, as written but cut to the day; nil when there is none.
    ///
    /// Taken from the first that says something: of periods `period`, `effectivePeriod`, `effectiveTiming`,
    /// `performedPeriod`, `onsetPeriod`, `servicedPeriod`, `occurrencePeriod`, `occurrenceTiming`, `context.period`,
    /// `collection.collectedPeriod` and `billablePeriod`; then of dates `effectiveDateTime`, `effectiveInstant`,
    /// `performedDateTime`, `occurrenceDateTime`, `onsetDateTime`, `collection.collectedDateTime`, `servicedDate`,
    /// `started`, `whenHandedOver`, `whenPrepared`, `startDate`, `receivedTime`, `authoredOn`, `authored`,
    /// `recordedDate`, `recorded`, `date`, `issued`, `statusDate` and `created`.
    public var firstDay: String?

    /// The last day of care, as written but cut to the day; nil when there is none, or a period has no end.
    public var lastDay: String?

    /// The `status`, or the `lifecycleStatus` of a Goal.
    public var status: String?

    /// The result of a scan, for callers that already know it.
    public init(
        type: String, id: String, versionID: String? = nil, lastUpdated: Instant? = nil, patient: String? = nil,
        encounter: String? = nil, targets: [String] = [], start: Instant? = nil, end: Instant? = nil,
        firstDay: String? = nil, lastDay: String? = nil, status: String? = nil, isSubsetted: Bool = false
    ) {
        self.type = type
        self.id = id
        self.versionID = versionID
        self.lastUpdated = lastUpdated
        self.patient = patient
        self.encounter = encounter
        self.targets = targets
        self.start = start
        self.end = end
        self.firstDay = firstDay
        self.lastDay = lastDay
        self.status = status
        self.isSubsetted = isSubsetted
    }

    /// Scans one resource.
    public static func scan(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .fhir
    ) throws(ScanError) -> ResourceScan {
        var facts = ResourceFacts()
        var cursor = JSONCursor(bytes)
        do throws(JSONError) {
            try cursor.readDocument(limits) { (cursor, levels) throws(JSONError) in
                try facts.read(&cursor, levels)
            }
        } catch {
            throw .json(error)
        }
        return try facts.scan(cursor.reader)
    }

    /// Scans one resource.
    public static func scan(_ bytes: [UInt8], limits: JSONLimits = .fhir) throws(ScanError) -> ResourceScan {
        try bytes.withUnsafeBufferPointer { (buffer) throws(ScanError) in
            try scan(UnsafeRawBufferPointer(buffer), limits: limits)
        }
    }
}
