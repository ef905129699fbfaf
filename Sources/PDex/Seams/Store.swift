public import FHIR

/// The staging store, the outbox and the audit trail, in verbs of the domain.
///
/// Transactions are synchronous closures: nothing can wait for the network inside one.
/// What a `write` returns is durable when it returns. Every implementation passes the
/// contract suite in `PDexTesting/Contracts`. Methods throw ``Fault`` (`store.…`).
public protocol Store: Sendable {
    /// Reads one consistent state.
    func read<Value: Sendable>(_ body: @Sendable (any StoreReader) throws -> Value) async throws -> Value
    /// Reads and writes in one durable transaction; rolled back when `body` throws.
    func write<Value: Sendable>(_ body: @Sendable (any StoreWriter) throws -> Value) async throws -> Value
}

/// What can be read inside a transaction.
public protocol StoreReader: MemberReader {
    // MARK: Staging

    /// Key and content hash of each resource that ``compartment(of:)`` returns, without the bytes.
    func compartmentHashes(of patient: ResourceKey) throws -> [StagedHash]
    /// What the join needs to know about a patient's resources, without the bytes, in key order: those that
    /// ``compartment(of:)`` returns, except the patient itself and Provenances.
    func care(of patient: ResourceKey) throws -> [StagedCare]
    /// The keys of a source's resources of `types` that are staged for patients in a run's roster and are not among
    /// `seen`; at most `limit`. Leaves out the Patients themselves and Provenances.
    func missing(
        ofRosterOf run: String, source: String, types: Set<String>, besides seen: ArrivalSet, limit: Int
    ) throws -> [ResourceKey]
    /// The same for one patient, of all types and whatever was seen.
    func records(of patient: ResourceKey) throws -> [ResourceKey]
    /// Content hashes of those of `keys` that are staged.
    func stagedHashes(_ keys: [ResourceKey]) throws -> [StagedHash]
    /// Shared resources that carry a business identifier (``Identities/identifierKey(source:type:system:value:)``).
    func resources(identifiedBy identifier: Int64) throws -> [ResourceKey]
    /// The basis on which the ways to a person for a payer, and its facts, were last made; nil once anything they came
    /// from has changed.
    func indexBasis(of person: ResourceKey, for payer: String) throws -> Int64?
    /// The server's time up to which a scope of a source is completely staged.
    func watermark(source: String, scope: String) throws -> Instant?
    /// The server's time up to which everything of one patient in a scope is staged; nil when it never was.
    func watermark(of patient: ResourceKey, source: String, scope: String) throws -> Instant?
    /// A page of the patients in a run's roster who were not completely staged at `instant`, in key order (BLK-08).
    func newcomers(
        inRosterOf run: String, since instant: Instant, source: String, scope: String, after: ResourceKey?, limit: Int
    ) throws -> [ResourceKey]
    /// How many staged resources of a source no patient of a run's roster accounts for.
    func outsideRoster(of run: String, source: String) throws -> OutsideRoster

    /// A page of a source's Patients in key order: staged themselves, or known only because something refers to them.
    func patients(ofSource source: String, after: ResourceKey?, limit: Int) throws -> [ResourceKey]
    /// The earlier versions of what is staged under a key, oldest first.
    func history(of key: ResourceKey) throws -> [SupersededResource]
    /// A page of the keys of all staged resources of one type of a source, in key order.
    func keys(ofSource source: String, type: String, after: ResourceKey?, limit: Int) throws -> [ResourceKey]

    // MARK: Runs

    /// The run with that id.
    func run(_ id: String) throws -> Run?
    /// The latest run over a job's whole roster, scheduled or by hand, that has not ended and can be resumed.
    ///
    /// Dry runs, requests and replays do not count.
    func unfinishedRun(ofJob job: String) throws -> Run?
    /// The newest run over a job's whole roster, scheduled or by hand, that is in one of `states`.
    func lastRun(ofJob job: String, in states: Set<Run.State>) throws -> Run?
    /// The last tick of a job's schedule that needs nothing more, or when the job was first seen: the instant last
    /// stored by ``StoreWriter/keepTick(_:ofJob:)``.
    func lastTick(ofJob job: String) throws -> Instant?
    /// The units that a run has finished or begun to pull, each with its cursor.
    func pullProgress(run: String) throws -> [String: String]
    /// How far a run is in one unit of its pull; nil before it has begun.
    func pullProgress(run: String, unit: String) throws -> String?
    /// The export that a clinic makes for a job, whichever run started it (BLK-17).
    func exportUnderWay(source: String, job: String) throws -> ExportUnderWay?
    /// A page of a run's roster in key order.
    func roster(run: String, after: ResourceKey?, limit: Int) throws -> [ResourceKey]
    /// A page, in key order, of the patients in a run's roster for whom an exchange of the run's job was cancelled by a
    /// restoration of the store, or withheld because of one, and none has been made since; see
    /// ``StoreWriter/addForgotten(toRosterOf:)``.
    func forgotten(inRosterOf run: Run, after: ResourceKey?, limit: Int) throws -> [ResourceKey]

    // MARK: Member requests

    /// The member request with that id.
    func memberRequest(_ id: String) throws -> MemberRequest?
    /// Member requests that match, in the order of their places (``MemberRequestPlace``).
    func memberRequests(matching filter: MemberRequestFilter, limit: Int) throws -> [MemberRequest]
    /// How many member requests match.
    func count(memberRequestsMatching filter: MemberRequestFilter) throws -> Int
    /// The payers that matching member requests are for, by name.
    func payers(ofMemberRequestsMatching filter: MemberRequestFilter) throws -> [String]
    /// When a payer returned that Group as one of matched members; nil when it never did.
    func matched(group id: String, payer: String) throws -> Instant?

    // MARK: Exchanges

    /// The exchange with that id.
    func exchange(_ id: String) throws -> Exchange?
    /// Ids of exchanges that begin with `prefix`, at most `limit`, in their order.
    func exchangeIDs(startingWith prefix: String, limit: Int) throws -> [String]
    /// Where that exchange stands; cheaper than reading all of it.
    func standing(ofExchange id: String) throws -> ExchangeStanding?
    /// Where that exchange and each of its bundles stand.
    func progress(ofExchange id: String) throws -> ExchangeProgress?
    /// The latest acknowledged exchange of a member with a payer: what the payer holds.
    func latestAcknowledged(member: ResourceKey, payer: String) throws -> Exchange?
    /// Exchanges that match, newest first.
    func exchanges(matching filter: ExchangeFilter, limit: Int) throws -> [Exchange]
    /// Where exchanges that match stand, newest first; what they hold is not read.
    func lines(ofExchangesMatching filter: ExchangeFilter, limit: Int) throws -> [ExchangeLine]
    /// How the members whose exchanges a run made or met stand, by state and reason: the latest exchange of each. Those
    /// that only took back are told apart.
    func tally(run: String) throws -> [ExchangeTally]
    /// Whether that tally counts a member: the run made or met an exchange of it.
    func isTallied(_ member: ResourceKey, payer: String, in run: String) throws -> Bool
    /// The submissions of an exchange, by part.
    func submissions(ofExchange exchange: String) throws -> [Submission]
    /// The receipts of an exchange, by part and attempt.
    func receipts(ofExchange exchange: String) throws -> [Receipt]
    /// When the next submission of a route may be claimed, but not before the payer's circuit breaker permits it; nil
    /// when nothing is open, or everything open is held.
    func nextDue(_ route: Route) throws -> Instant?
    /// How many deliveries to a payer may be under way from owners other than `owner`, by their leases that have not
    /// run out; for each owner at most `most` are counted.
    func deliveriesUnderWay(
        to payer: String, besides owner: String, eachAtMost most: Int, at now: Instant
    ) throws -> Int
    /// Whether a delivery to the route's payer for a member request at another clinic is due and claimable but
    /// unclaimed; one that was due before `since` does not count.
    func requestIsDue(besides route: Route, since: Instant, at now: Instant) throws -> Bool
    /// What operators hold back.
    func holds() throws -> [Hold]
    /// The payers that failed lately, by name; about others nothing bad is known.
    func breakers() throws -> [CircuitBreaker]
    /// What is open in the outbox, by payer, lane and state.
    func queued() throws -> [QueueCount]
    /// The balance over all exchanges, by state and reason: every exchange that was ever accepted is in exactly one
    /// line. The resources that they carry are not counted here.
    func balance() throws -> [ExchangeTally]
    /// Runs, newest first, at most `limit`; only of one job, if given.
    func runs(ofJob job: String?, limit: Int) throws -> [Run]

    // MARK: Replays

    /// The replay that a run carries out; nil when it is a run of another kind.
    func replay(_ run: String) throws -> Replay?
    /// The runs of replays that have not ended, oldest first.
    func openReplays() throws -> [Run]
    /// A page of a replay's exchanges in their order, starting at a place (the first is 0): all of them, or those whose
    /// outcome is `outcome`.
    func items(
        ofReplay run: String, in outcome: ReplayItem.Outcome?, from place: Int, limit: Int
    ) throws -> [ReplayItem]
    /// How many exchanges of a replay have each outcome.
    func tally(ofReplay run: String) throws -> [ReplayItem.Outcome: Int]
    /// The run of the replay in which an exchange waits for its turn.
    func replayUnderWay(ofExchange exchange: String) throws -> String?
    /// The bytes of a submission's bundle; nil when it was acknowledged or cancelled, or pruned since.
    func bundle(ofSubmission submission: String) throws -> [UInt8]?

    // MARK: Audit

    /// Audit entries after a sequence number, oldest first.
    func audit(after sequence: Int64, limit: Int) throws -> [RecordedAuditEntry]
    /// The audit entries of one exchange, oldest first.
    func audit(ofExchange exchange: String) throws -> [RecordedAuditEntry]
    /// The first sequence number at which the hash chain is broken; nil when it holds.
    func firstBrokenAuditEntry() throws -> Int64?
    /// Whether an exchange was made before the store was last restored from a backup; false when it never was.
    func predatesRestoration(_ exchange: String) throws -> Bool
    /// Row counts and sizes, for `pdex store stats`.
    func statistics() throws -> StoreStatistics
}

/// What can be changed inside a transaction.
public protocol StoreWriter: StoreReader {
    // MARK: Staging

    /// Upserts resources; content that did not change is left alone.
    ///
    /// Throws `store.key-collision` when two identities hash alike.
    func stage(_ batch: StagingBatch) throws -> StagingOutcome
    /// Forgets staged resources (Bulk Data `deleted`, BLK-34).
    func unstage(_ keys: [ResourceKey]) throws
    /// Replaces the business identifiers under which a shared resource can be found.
    func identify(_ key: ResourceKey, by identifiers: [Int64]) throws
    /// Replaces the ways that lead to a person of `source` for a payer, and what the join needs to know about the
    /// person. Each payer says which of a clinic's numbers are its own, so no two payers may share a way.
    ///
    /// The facts (nil when there are none to keep) are forgotten in the transaction that changes what they came from:
    /// the person's Patient; a Coverage in its compartment; or, unless the coverages name their payors themselves, any
    /// Organization of the source. ``indexBasis(of:for:)`` returns `basis` until then; nil makes the person be indexed
    /// again next time.
    func index(
        _ person: ResourceKey, of source: String, for payer: String, facts: PersonFacts?, links: [Int64], basis: Int64?
    ) throws
    /// Forgets every way that leads to a person, and the facts.
    func unlink(_ member: ResourceKey) throws
    /// Keeps the versions that are staged under those keys, before others take their place.
    func supersede(_ keys: [ResourceKey], until instant: Instant) throws
    /// Records an operator's decision about a patient, in place of any earlier one.
    ///
    /// Throws `match.taken` when another patient is linked to the member.
    func decide(_ link: MemberLink, audit: AuditEntry) throws
    /// Forgets an operator's decision: the rules decide again.
    func undecide(_ patient: ResourceKey, _ route: Route, audit: AuditEntry) throws
    /// Records the outcome of asking a payer, in place of any earlier one.
    func keep(_ match: MemberMatch, audit: AuditEntry) throws
    /// Moves the watermark; called once everything of the scope is staged (BLK-07).
    func setWatermark(_ instant: Instant, source: String, scope: String) throws
    /// Moves the watermark of one patient; called in the transaction that stages the last of the patient's data.
    func setWatermark(_ instant: Instant, of patient: ResourceKey, source: String, scope: String) throws
    /// Moves the watermark of every patient in a run's roster.
    func setWatermark(_ instant: Instant, ofRosterOf run: String, source: String, scope: String) throws

    // MARK: Runs

    /// Adds a run, or leaves the one with that id as it is.
    func open(_ run: Run) throws
    /// Records a tick of a job's schedule that needs nothing more, because it fired or was passed over, in place of the
    /// one before; or when the job was first seen.
    func keepTick(_ tick: Instant, ofJob job: String) throws
    /// Makes `owner` the process that works on a run.
    func adopt(_ run: String, by owner: String) throws
    /// Ends a run and forgets its pull progress; if the run was over the whole roster and did not fail, also the
    /// rosters of the job's earlier runs. A request or replay that ends meanwhile leaves such a run its roster.
    func close(_ run: String, as state: Run.State, summary: [UInt8]) throws
    /// Records that a unit of pulling is at `cursor`.
    func recordProgress(run: String, unit: String, cursor: String) throws
    /// Records an export, in place of an earlier one of the job at the clinic; it outlives the run (BLK-18).
    func keep(_ export: ExportUnderWay) throws
    /// Forgets the export with that status URL; any other export of the job stays.
    func forgetExport(_ statusURL: String, source: String, job: String) throws
    /// Adds patients to a run's roster; repeated ones are kept once.
    func addToRoster(run: String, patients: [ResourceKey]) throws
    /// Adds to a run's roster the patients for whom an exchange of its job was cancelled by a restoration of the store,
    /// or withheld because of one (`store.restored`), and none has been made since.
    ///
    /// Nothing else may lead to them: they may have been deleted at the clinic, or have left its Group. Cancelled
    /// exchanges of member requests are not included, because those requests are open again.
    func addForgotten(toRosterOf run: Run) throws

    // MARK: Member requests

    /// Stores a member request, unless one with its id is known; returns the stored one.
    func accept(_ request: MemberRequest, audit: AuditEntry) throws -> MemberRequest
    /// Moves a member request on; false, changing nothing, when its state does not lead there.
    ///
    /// `run` is the run that answers it; nil leaves the one it has.
    func advance(
        memberRequest id: String, to state: MemberRequestState, run: String?, reason: FaultCode?, at instant: Instant,
        audit: AuditEntry
    ) throws -> Bool
    /// Lets a waiting member request rest until an instant and counts the attempt; nothing else about it changes.
    func rest(memberRequest id: String, until instant: Instant) throws
    /// Records that a warning was given that a member request may be late.
    func warned(memberRequest id: String, at instant: Instant, audit: AuditEntry) throws
    /// Records a Group that a payer returned as one of matched members, and when.
    func keep(matchedGroup id: String, payer: String, at instant: Instant) throws

    // MARK: Exchanges

    /// Adds an exchange, with one audit entry for each state it passed through.
    func insert(_ exchange: Exchange, audit: [AuditEntry]) throws
    /// Moves an exchange on; throws `store.failed` when the lifecycle does not allow it.
    func advance(
        _ exchange: String, to state: ExchangeState, reason: FaultCode?, detail: String?, at instant: Instant,
        audit: AuditEntry
    ) throws
    /// Counts an exchange in the tally of another run, for which nothing about it had changed.
    func meet(_ exchange: String, in run: String) throws
    /// Puts bundles into the outbox.
    func enqueue(_ submissions: [LeasedSubmission]) throws
    /// Takes back every queued or retrying submission of an exchange; returns how many are still leased.
    func cancelOpenSubmissions(ofExchange exchange: String) throws -> Int
    /// Claims up to `limit` due submissions for `owner` until `expiry`; each claim counts an attempt and raises the
    /// epoch.
    ///
    /// Skips a submission while an older one of its member is open or another is leased, and held ones. Lanes
    /// take turns (``DeliveryLane/turns``); among member requests the answer that is due first goes first. A submission
    /// whose last claim ended with its process is claimed alone. For a closed payer nothing is claimed until its time
    /// has come; then one is, as a probe, and the payer stays closed until `expiry`.
    func lease(
        _ route: Route, limit: Int, owner: String, now: Instant, expiry: Instant
    ) throws -> [LeasedSubmission]
    /// Takes the next `count` turns at a payer, `spacing` milliseconds apart, for any process that delivers to it from
    /// this store; returns the first. It is not before `now`, and not so late that only a clock that was set back
    /// explains it.
    func takeTurns(at payer: String, count: Int, spacing: Int64, now: Instant) throws -> Instant
    /// Extends those of the claims that still hold; a payer closed for one of them, its probe, stays closed as long.
    ///
    /// No other claim of the same owner is extended: a forgotten one runs out.
    func renew(_ claims: [Submission], expiry: Instant) throws
    /// Records an attempt's receipt and moves the submission; false when the epoch is stale: then only the receipt is
    /// kept. The bundle bytes of an acknowledged submission are dropped.
    func settle(
        _ submission: String, epoch: Int, as state: SubmissionState, notBefore: Instant?, receipt: Receipt
    ) throws -> Bool
    /// Replaces a claimed bundle with a smaller one, which is due at `instant`, and adds submissions for the rest of
    /// its content; false when the epoch is stale: then only the receipt is kept. The attempt does not count.
    func divide(
        _ submission: String, epoch: Int, first: ExchangeBundle, rest: [LeasedSubmission], at instant: Instant,
        receipt: Receipt
    ) throws -> Bool
    /// Returns a claim that was not used, without counting the attempt.
    func release(_ submission: String, epoch: Int) throws
    /// Makes submissions claimable again whose lease ran out or whose owner is known to be gone; returns them.
    ///
    /// Their attempts stay counted. `isGone` is asked about each lease's owner. A submission lost in this way for the
    /// third time in a row (``SubmissionState/lostClaimsAllowed``) is parked instead.
    func rescue(now: Instant, ownerIsGone isGone: (String) -> Bool) throws -> [Submission]

    /// Records how a payer fares, in place of the earlier record; a breaker at rest is forgotten.
    func keep(_ breaker: CircuitBreaker) throws

    /// Holds back a part of the queue; false, changing nothing, when it is held already.
    func hold(_ hold: Hold) throws -> Bool
    /// Ends a hold; false when there is none.
    func resume(_ subject: Hold.Subject, _ name: String, by actor: String, at instant: Instant) throws -> Bool

    // MARK: Replays

    /// Stores what an open run is to replay, in this order.
    ///
    /// Throws `store.failed` when one of the exchanges waits in another replay.
    func open(_ replay: Replay, of exchanges: [String], audit: AuditEntry) throws
    /// Records the outcome of one exchange of a replay; false, changing nothing, when it does not wait there.
    func settle(_ item: ReplayItem, ofReplay run: String) throws -> Bool

    // MARK: Audit

    /// Appends to the audit trail.
    func record(_ entry: AuditEntry) throws
}
