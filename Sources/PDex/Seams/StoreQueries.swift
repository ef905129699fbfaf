public import FHIR

/// A staged resource's key and content hash.
public struct StagedHash: Sendable, Hashable {
    /// The staged resource.
    public let key: ResourceKey
    /// 64 bits of SHA-256 over its bytes.
    public let contentHash: Int64

    /// Pairs a key with a hash.
    public init(key: ResourceKey, contentHash: Int64) {
        self.key = key
        self.contentHash = contentHash
    }
}

/// What the join needs to know about a staged resource, without the bytes.
public struct StagedCare: Sendable, Hashable {
    /// The staged resource.
    public let key: ResourceKey
    /// The resource type.
    public let type: String
    /// 64 bits of SHA-256 over its bytes.
    public let contentHash: Int64
    /// When care was given, and at which visits; nil when that was not recorded, so that the bytes have to be read.
    public let care: CareFacts?

    /// Assembles what is known.
    public init(key: ResourceKey, type: String, contentHash: Int64, care: CareFacts?) {
        self.key = key
        self.type = type
        self.contentHash = contentHash
        self.care = care
    }
}

/// Staged resources that are in no compartment of a run's roster.
public struct OutsideRoster: Sendable, Hashable {
    /// Resources that name no patient of their server, although their type belongs to one.
    public let unlinked: Int
    /// Patients who are not in the roster, and their resources.
    public let others: Int

    /// Counts both.
    public init(unlinked: Int, others: Int) {
        self.unlinked = unlinked
        self.others = others
    }
}

/// Which exchanges are meant; empty means all.
public struct ExchangeFilter: Sendable, Hashable {
    /// Only these states.
    public var states: Set<ExchangeState>
    /// Only this reason.
    public var reason: FaultCode?
    /// Only this member.
    public var member: ResourceKey?
    /// Only those whose patient was taken for this member of the payer.
    public var recognised: ResourceKey?
    /// Only this payer.
    public var payer: String?
    /// Only exchanges that this run made or met.
    public var run: String?
    /// Only this job.
    public var job: String?
    /// Only this clinic.
    public var clinic: String?
    /// Only one of these members; empty means all.
    public var members: Set<ResourceKey>
    /// Only those that last changed at this instant or later.
    public var since: Instant?
    /// Only those that last changed before this instant.
    public var until: Instant?

    /// Selects exchanges.
    public init(
        states: Set<ExchangeState> = [], reason: FaultCode? = nil, member: ResourceKey? = nil,
        recognised: ResourceKey? = nil, payer: String? = nil, run: String? = nil, job: String? = nil,
        clinic: String? = nil, members: Set<ResourceKey> = [], since: Instant? = nil, until: Instant? = nil
    ) {
        self.states = states
        self.reason = reason
        self.member = member
        self.recognised = recognised
        self.payer = payer
        self.run = run
        self.job = job
        self.clinic = clinic
        self.members = members
        self.since = since
        self.until = until
    }
}

/// The state of an exchange and its run, without what it holds.
public struct ExchangeStanding: Sendable, Hashable {
    /// The run that made it.
    public let run: String
    /// Its state.
    public let state: ExchangeState

    /// Pairs a run with a state.
    public init(run: String, state: ExchangeState) {
        self.run = run
        self.state = state
    }
}

/// The state of one exchange of many, and why, without what it holds.
public struct ExchangeLine: Sendable, Hashable {
    /// The exchange.
    public let id: String
    /// Its state.
    public let state: ExchangeState
    /// Why it stands there, when that is a side exit.
    public let reason: FaultCode?

    /// Assembles a line.
    public init(id: String, state: ExchangeState, reason: FaultCode?) {
        self.id = id
        self.state = state
        self.reason = reason
    }
}

/// Where an exchange and each of its bundles stand.
public struct ExchangeProgress: Sendable, Hashable {
    /// The exchange itself.
    public let standing: ExchangeStanding
    /// Its submissions, in no order.
    public let submissions: [SubmissionState]

    /// Pairs an exchange's standing with its submissions'.
    public init(standing: ExchangeStanding, submissions: [SubmissionState]) {
        self.standing = standing
        self.submissions = submissions
    }
}

/// How many exchanges stand in one state for one reason.
public struct ExchangeTally: Sendable, Hashable {
    /// The state.
    public let state: ExchangeState
    /// The reason of a side exit.
    public let reason: FaultCode?
    /// How many.
    public let count: Int
    /// Resources in their bundles.
    public let carried: Int
    /// Resources that the payer held already when they were made.
    public let unchanged: Int
    /// Why nothing else went, of acknowledged exchanges that only took back (``Exchange/takesBackFor``).
    public let takesBackFor: FaultCode?

    /// Assembles a tally.
    public init(
        state: ExchangeState, reason: FaultCode?, count: Int, carried: Int = 0, unchanged: Int = 0,
        takesBackFor: FaultCode? = nil
    ) {
        self.takesBackFor = takesBackFor
        self.state = state
        self.reason = reason
        self.count = count
        self.carried = carried
        self.unchanged = unchanged
    }
}

/// What the store holds.
public struct StoreStatistics: Sendable, Hashable {
    /// Rows of each table.
    public let rows: [String: Int]
    /// Staged resources of each type.
    public let staged: [String: Int]
    /// Bytes of the database file without its write-ahead log; 0 in memory.
    public let fileBytes: Int
    /// The schema version.
    public let schemaVersion: Int

    /// Assembles statistics.
    public init(rows: [String: Int], staged: [String: Int], fileBytes: Int, schemaVersion: Int) {
        self.rows = rows
        self.staged = staged
        self.fileBytes = fileBytes
        self.schemaVersion = schemaVersion
    }
}
