public import FHIR

/// The terms of a job: between whom, which data, how members are recognised, and how bundles are delivered.
public struct ExchangeTerms: Sendable {
    /// How the clinic's data is selected.
    public struct Selection: Sendable, Hashable {
        /// The method of pulling.
        public enum Method: String, Sendable, CaseIterable {
            case auto
            case bulkExport = "bulk-export"
            case rosterSearch = "roster-search"
        }

        /// The start of what is selected.
        public enum Since: Sendable, Hashable {
            /// What changed since the last complete run.
            case lastSuccess
            /// Everything.
            case all
            /// What changed since an instant.
            case instant(Instant)
        }

        /// The method of pulling.
        public let method: Method
        /// The clinic's Group of members; nil means every patient.
        public let group: String?
        /// The resource types wanted.
        public let types: [String]
        /// The start of what is selected.
        public let since: Since
        /// How long, in seconds, a patient may be searched only for changes before everything is fetched again.
        public let reconcileSeconds: Double
        /// Queries that narrow one type of an export, such as `Observation?category=laboratory` (BLK-10).
        public let typeFilters: [String]
        /// Only what changed until this instant; nil means no limit (BLK-16).
        public let until: Instant?
        /// Data to export in addition, such as `LatestProvenanceResources` (BLK-12).
        public let associatedData: [String]
        /// How many years back care may lie to be sent; nil means any.
        ///
        /// Payer-to-payer exchange goes back five; data without a date is sent as well (42 CFR 422.121(b)).
        public internal(set) var years: Int?
        /// Whether the clinic lets its Consents be read, as far as is known; a pull without them is incomplete.
        public var includesConsents = true

        /// Describes a selection; by default everything is fetched again after a week.
        public init(
            method: Method, group: String?, types: [String], since: Since, reconcileSeconds: Double = 7 * 86_400,
            typeFilters: [String] = [], until: Instant? = nil, associatedData: [String] = [], years: Int? = nil
        ) {
            self.method = method
            self.group = group
            self.types = types
            self.since = since
            self.reconcileSeconds = reconcileSeconds
            self.typeFilters = typeFilters
            self.until = until
            self.associatedData = associatedData
            self.years = years
        }
    }

    /// Where Coverage or Consent comes from.
    public enum RecordSource: Sendable, Hashable {
        /// A search at the payer's FHIR server.
        case fhir
        /// A Bulk Data export at the payer's FHIR server, of a Group or of everybody.
        case export(group: String?)
        /// An NDJSON file.
        case file(String)
        /// A folder of NDJSON files.
        case folder(String)
        /// A roster in CSV; for coverage only.
        case roster(String, RosterColumns)

        /// Whether the payer's own server provides it: then a record that names no payer counts as the payer's.
        public var isServed: Bool {
            switch self {
            case .fhir, .export: true
            case .file, .folder, .roster: false
            }
        }
    }

    /// How a payer is told that a resource was deleted at the clinic, or entered in error (WR-20).
    public enum Retraction: String, Sendable, CaseIterable {
        /// The payer's copy is written once more, with a status that says so.
        case enteredInError = "entered-in-error"
        /// It is deleted.
        case delete
        /// Nothing is sent; operators see it in the run and the exchange, and tell the payer.
        case notify
        /// Nobody is told.
        case off
    }

    /// What happens at the payer to data sent under a consent that has since been withdrawn (PP-07, CO-10).
    public enum AfterRevocation: String, Sendable, CaseIterable {
        /// It stays, and the audit trail says so.
        case leave
        /// It stays; operators see each resource in the run and the exchange, and tell the payer.
        case notify
        /// It is written once more, with the content that the payer has and a status that says that it no longer holds.
        case enteredInError = "entered-in-error"
        /// It is deleted.
        case delete

        /// The retraction that treats data deleted at the clinic in the same way; nil for `leave`.
        public var retraction: Retraction? {
            switch self {
            case .leave: nil
            case .notify: .notify
            case .enteredInError: .enteredInError
            case .delete: .delete
            }
        }
    }

    /// How bundles are delivered.
    public struct Delivery: Sendable, Hashable {
        /// What the payer accepts (WR-22).
        public enum Kind: String, Sendable, CaseIterable {
            /// Bundles that are applied whole or not at all.
            case transaction
            /// Bundles that are applied entry by entry.
            case batch
            /// One request per resource; a resource comes after those that it refers to.
            case put
            /// Files in a folder, which the payer fetches.
            case fileDrop = "file-drop"
            /// Files that the payer is told about and fetches from us (Bulk Data `$bulk-submit`).
            case bulkSubmit = "bulk-submit"

            /// Whether bundles are sent to the payer's server.
            public var isBundle: Bool { self == .transaction || self == .batch }
            /// Whether single resources are written to the payer's server, alone or in bundles.
            public var writesToServer: Bool { isBundle || self == .put }
            /// Whether the payer may take some entries of a bundle and refuse others, and says which.
            public var takesEntriesSingly: Bool { self == .batch || self == .put || self == .bulkSubmit }
            /// Operations that the payer's server must offer to be delivered to (SUB-01, SUB-08).
            public var systemOperations: [String] { self == .bulkSubmit ? ["bulk-submit", "bulk-submit-status"] : [] }
            /// The type of the bundles in the outbox.
            public var bundleType: String { self == .batch || self == .put ? "batch" : "transaction" }
        }

        /// What the payer accepts.
        public let kind: Kind
        /// The maximum number of entries in one bundle.
        public let maxEntries: Int
        /// The maximum number of bytes in one bundle.
        public let maxBytes: Int
        /// The maximum number of bundles a second; nil means unlimited.
        public let perSecond: Double?
        /// The maximum number of bundles under way at once.
        public let concurrency: Int

        /// Describes a delivery.
        public init(kind: Kind, maxEntries: Int, maxBytes: Int, perSecond: Double?, concurrency: Int) {
            self.kind = kind
            self.maxEntries = maxEntries
            self.maxBytes = maxBytes
            self.perSecond = perSecond
            self.concurrency = concurrency
        }
    }

    /// How the payer is asked who somebody is (`$member-match`).
    public struct Inquiry: Sendable, Hashable {
        /// Whether the clinic's Consent goes with the question.
        public enum Consent: String, Sendable, CaseIterable {
            /// Nothing is asked without one (HRex 1.0.0).
            case required
            /// It goes along when the clinic has one that names both sides.
            case whenRecorded = "when-recorded"
            /// It stays at the clinic.
            case never
        }

        /// How many different questions may be asked about one patient (MM-13).
        public let attempts: Int
        /// Whether a Consent goes with them.
        public let consent: Consent
        /// Whether an operator may ask about many patients at once (PDex `$bulk-member-match`, BM-01).
        public let asksMany: Bool

        /// Describes an inquiry: by default three questions, without a Consent, one at a time.
        public init(attempts: Int = 3, consent: Consent = .never, asksMany: Bool = false) {
            self.attempts = attempts
            self.consent = consent
            self.asksMany = asksMany
        }
    }

    /// The job's name.
    public let job: String
    /// The clinic.
    public let clinic: Party
    /// The payer.
    public let payer: Party
    /// How the clinic's data is selected.
    public var selection: Selection
    /// How members are recognised, first to last.
    public internal(set) var matchBy: [MatchRule]
    /// How the payer is asked who somebody is.
    public let inquiry: Inquiry
    /// Where Coverage comes from.
    public let coverage: RecordSource
    /// Where Consent comes from.
    public let consent: RecordSource
    /// How the numbers of both sides correspond.
    public let numbers: MemberNumbers
    /// What silence means for this payer (CO-01).
    public let consentPolicy: ConsentPolicy
    /// What is sensitive in a record at this clinic.
    public let sensitivity: Sensitivity
    /// All jobs between this clinic and this payer by name, including this one: a consent applies to all of them, and
    /// they share an outbox.
    public let jobsOfRoute: [String: JobRules]
    /// The only types that this payer may have (CO-08 minimum necessary); nil leaves it to the job.
    public let allowedTypes: Set<String>?
    /// What becomes of a resource that does not conform to its profile.
    public let conformance: ConformancePolicy
    /// What our own Provenance says.
    public let provenance: ProvenancePolicy
    /// How the payer is told that a resource was deleted or entered in error.
    public let retraction: Retraction
    /// What happens to data sent under a consent that was withdrawn.
    public let afterRevocation: AfterRevocation
    /// How bundles are delivered.
    public let delivery: Delivery
    /// When a delivery is tried again.
    public internal(set) var retry: RetryPolicy
    /// When deliveries to the payer pause.
    public let breaker: BreakerPolicy

    /// Whether anything may be deleted at the payer.
    public var deletes: Bool { retraction == .delete || afterRevocation == .delete }

    /// Assembles terms.
    public init(
        job: String, clinic: Party, payer: Party, selection: Selection, matchBy: [MatchRule],
        inquiry: Inquiry = Inquiry(), coverage: RecordSource, consent: RecordSource,
        numbers: MemberNumbers = MemberNumbers(),
        allowedTypes: Set<String>? = nil, conformance: ConformancePolicy = ConformancePolicy(),
        consentPolicy: ConsentPolicy = .optIn, sensitivity: Sensitivity = Sensitivity(),
        jobsOfRoute: [String: JobRules] = [:], provenance: ProvenancePolicy = ProvenancePolicy(),
        retraction: Retraction = .enteredInError,
        afterRevocation: AfterRevocation = .leave, delivery: Delivery, retry: RetryPolicy,
        breaker: BreakerPolicy = BreakerPolicy()
    ) {
        self.provenance = provenance
        self.retraction = retraction
        self.afterRevocation = afterRevocation
        self.job = job
        self.clinic = clinic
        self.payer = payer
        self.selection = selection
        self.matchBy = matchBy
        self.inquiry = inquiry
        self.coverage = coverage
        self.consent = consent
        self.numbers = numbers
        self.allowedTypes = allowedTypes
        self.conformance = conformance
        self.consentPolicy = consentPolicy
        self.sensitivity = sensitivity
        let own = JobRules(matchBy: matchBy, years: selection.years, retry: retry)
        self.jobsOfRoute = jobsOfRoute.merging([job: own]) { $1 }
        self.delivery = delivery
        self.retry = retry
        self.breaker = breaker
    }
}
