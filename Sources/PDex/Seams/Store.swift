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

    /// Key and content hash of what ``compartment(of:)`` returns, without the bytes.
    func compartmentHashes(of patient: ResourceKey) throws -> [StagedHash]
    /// What the join asks of a patient's resources, without the bytes, in the order of their keys: of what
    /// ``compartment(of:)`` returns but for the patient itself and what speaks of several.
    func care(of patient: ResourceKey) throws -> [StagedCare]
    /// What of a source, of `types`, is staged for the patients of a run's roster, but for the Patients themselves and
    /// what speaks of several, and is not among `seen`; at most `limit`.
    func missing(
        ofRosterOf run: String, source: String, types: Set<String>, besides seen: ArrivalSet, limit: Int
    ) throws -> [ResourceKey]
    /// The same of one patient, whatever came: the keys of what is staged.
    func records(of patient: ResourceKey) throws -> [ResourceKey]
    /// Content hashes of those of `keys` that are staged.
    func stagedHashes(_ keys: [ResourceKey]) throws -> [StagedHash]
    /// Shared resources that carry a business identifier (``Identities/identifierKey(source:type:system:value:)``).
    func resources(identifiedBy identifier: Int64) throws -> [ResourceKey]
    /// On what the ways to a person for a payer, and its facts, were made the last time; nil once anything that they
    /// came from changed.
    func indexBasis(of person: ResourceKey, for payer: String) throws -> Int64?
    /// The server's time up to which a scope of a source is completely staged.
    func watermark(source: String, scope: String) throws -> Instant?
    /// The server's time up to which everything of one patient in a scope is staged; nil when it never was.
    func watermark(of patient: ResourceKey, source: String, scope: String) throws -> Instant?
    /// A page of those of a run's roster who were not completely staged at `instant`, in the order of keys (BLK-08).
    func newcomers(
        inRosterOf run: String, since instant: Instant, source: String, scope: String, after: ResourceKey?, limit: Int
    ) throws -> [ResourceKey]
    /// How many staged resources of a source no patient of a run's roster will account for.
    func outsideRoster(of run: String, source: String) throws -> OutsideRoster

    /// A page of the Patients of a source in the order of keys: staged themselves, or only known by what refers to
    /// them.
    func patients(ofSource source: String, after: ResourceKey?, limit: Int) throws -> [ResourceKey]
    /// What was staged under a key before, oldest first.
    func history(of key: ResourceKey) throws -> [SupersededResource]
    /// A page of the keys of all staged resources of one type of a source, in the order of keys.
    func keys(ofSource source: String, type: String, after: ResourceKey?, limit: Int) throws -> [ResourceKey]

    // MARK: Runs

    /// The run with that id.
    func run(_ id: String) throws -> Run?
    /// The latest run over a job's whole roster, scheduled or by hand, that has not ended: what can be gone on with.
    ///
    /// Dry runs, requests and replays do not stand in its way.
    func unfinishedRun(ofJob job: String) throws -> Run?
    /// The newest run over a job's whole roster, scheduled or by hand, that stands in one of `states`.
    func lastRun(ofJob job: String, in states: Set<Run.State>) throws -> Run?
    /// The last tick of a job's schedule that needs nothing more, or when the job was first seen: what was kept by
    /// ``StoreWriter/keepTick(_:ofJob:)`` last.
    func lastTick(ofJob job: String) throws -> Instant?
    /// What a run has finished pulling, and where it stands in what it has not: unit to cursor.
    func pullProgress(run: String) throws -> [String: String]
    /// Where a run stands in one unit of its pull; nil while it has not begun it.
    func pullProgress(run: String, unit: String) throws -> String?
    /// The export that a clinic makes for a job, whichever run started it (BLK-17).
    func exportUnderWay(source: String, job: String) throws -> ExportUnderWay?
    /// A page of a run's roster in the order of keys.
    func roster(run: String, after: ResourceKey?, limit: Int) throws -> [ResourceKey]
    /// A page of those of a run's roster of whom something that the run's job had made was cancelled by a restoration of
    /// the store, or withheld because of one, and nothing was made since, in the order of keys; see
    /// ``StoreWriter/addForgotten(toRosterOf:)``.
    func forgotten(inRosterOf run: Run, after: ResourceKey?, limit: Int) throws -> [ResourceKey]

    // MARK: Member requests

    /// The member request with that id.
    func memberRequest(_ id: String) throws -> MemberRequest?
    /// Member requests that match, those that are due first in front.
    func memberRequests(matching filter: MemberRequestFilter, limit: Int) throws -> [MemberRequest]
    /// How many member requests match.
    func count(memberRequestsMatching filter: MemberRequestFilter) throws -> Int
    /// For which payers there are member requests that match, by name.
    func payers(ofMemberRequestsMatching filter: MemberRequestFilter) throws -> [String]
    /// When a payer gave that Group as one of members who matched; nil when it never did.
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
    /// When the next submission of a route may be claimed; nil when nothing is open, or all that is open is held. Not
    /// before the payer's circuit breaker permits it.
    func nextDue(_ route: Route) throws -> Instant?
    /// How many deliveries to a payer others than `owner` may have under way, each of them at most `most` at once, by
    /// the leases that have not run out.
    func deliveriesUnderWay(
        to payer: String, besides owner: String, eachAtMost most: Int, at now: Instant
    ) throws -> Int
    /// Whether a delivery to the route's payer for a member request at another clinic is due, and nobody has claimed it
    /// though it may be; not what has been due since before `since`.
    func requestIsDue(besides route: Route, since: Instant, at now: Instant) throws -> Bool
    /// What operators hold back.
    func holds() throws -> [Hold]
    /// The payers that failed lately, by name; of others nothing bad is known.
    func breakers() throws -> [CircuitBreaker]
    /// What is open in the outbox, by payer, lane and state.
    func queued() throws -> [QueueCount]
    /// The balance over all exchanges, by state and reason: every exchange that was ever accepted is in one line. What
    /// they carry is not counted here.
    func balance() throws -> [ExchangeTally]
    /// Runs, newest first, at most `limit`; of one job only, if one is given.
    func runs(ofJob job: String?, limit: Int) throws -> [Run]

    // MARK: Replays

    /// What a run replays; nil when it is of another kind.
    func replay(_ run: String) throws -> Replay?
    /// The runs of replays that have not ended, oldest first.
    func openReplays() throws -> [Run]
    /// A page of the exchanges of a replay in their order, from a place on, the first of which is 0: all of them, or
    /// those that came to `outcome`.
    func items(
        ofReplay run: String, in outcome: ReplayItem.Outcome?, from place: Int, limit: Int
    ) throws -> [ReplayItem]
    /// How many exchanges of a replay came to what.
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
    /// Whether an exchange was made before a backup was put in the place of the store last; false when none ever was.
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
    /// Replaces the ways that lead to a person of `source` for a payer, and what the join asks of it: each payer says
    /// which of a clinic's numbers are its own, so that no two payers may have a way in common.
    ///
    /// The facts, nil where there are none to keep, are forgotten in the transaction in which what they came from
    /// changes: the person's Patient; a Coverage in its compartment; unless its coverage names its payor itself, any
    /// Organization of the source. `basis` is told by ``indexBasis(of:for:)`` as long; nil has the person indexed anew
    /// the next time.
    func index(
        _ person: ResourceKey, of source: String, for payer: String, facts: PersonFacts?, links: [Int64], basis: Int64?
    ) throws
    /// Forgets every way that leads to a person, and the facts.
    func unlink(_ member: ResourceKey) throws
    /// Keeps what is staged under those keys as it was, before something else takes its place.
    func supersede(_ keys: [ResourceKey], until instant: Instant) throws
    /// Keeps what an operator decided about a patient, in place of what was decided before.
    ///
    /// Throws `match.taken` when another patient is linked to the member.
    func decide(_ link: MemberLink, audit: AuditEntry) throws
    /// Forgets what an operator decided: the rules decide again.
    func undecide(_ patient: ResourceKey, _ route: Route, audit: AuditEntry) throws
    /// Keeps what asking a payer came to, in place of what it came to before.
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
    /// Keeps a tick of a job's schedule that needs nothing more, since it fired or was passed over, in place of the one
    /// before; or when the job was first seen.
    func keepTick(_ tick: Instant, ofJob job: String) throws
    /// Makes `owner` the one who works on a run.
    func adopt(_ run: String, by owner: String) throws
    /// Ends a run and forgets its pull progress; with a run over the whole roster, unless it failed, also the rosters of the
    /// job's earlier runs. What ends beside such a run, a request or a replay, leaves it its roster.
    func close(_ run: String, as state: Run.State, summary: [UInt8]) throws
    /// Remembers that a unit of pulling is at `cursor`.
    func recordProgress(run: String, unit: String, cursor: String) throws
    /// Remembers an export, in place of an earlier one of the job at the clinic; it outlives the run (BLK-18).
    func keep(_ export: ExportUnderWay) throws
    /// Forgets the export with that status URL; another one of the job stays.
    func forgetExport(_ statusURL: String, source: String, job: String) throws
    /// Adds patients to a run's roster; repeated ones are kept once.
    func addToRoster(run: String, patients: [ResourceKey]) throws
    /// Adds to a run's roster of whom something that its job had made was cancelled by a restoration of the store, or
    /// withheld because of one (`store.restored`), and nothing was made since.
    ///
    /// Nothing else may lead to them: deleted at the clinic, or gone from its Group. What a member request had made and
    /// was cancelled is not meant: that request is open again.
    func addForgotten(toRosterOf run: Run) throws

    // MARK: Member requests

    /// Keeps a member request, unless one of its id is known; returns the one that is kept.
    func accept(_ request: MemberRequest, audit: AuditEntry) throws -> MemberRequest
    /// Moves a member request on; false, and nothing changes, when its state does not lead there.
    ///
    /// `run` is the run that answers it; nil leaves the one it has.
    func advance(
        memberRequest id: String, to state: MemberRequestState, run: String?, reason: FaultCode?, at instant: Instant,
        audit: AuditEntry
    ) throws -> Bool
    /// Lets a member request that waits rest until an instant, and counts that it was tried; nothing else becomes of
    /// it.
    func rest(memberRequest id: String, until instant: Instant) throws
    /// Remembers that it was told of a member request that it may be late.
    func warned(memberRequest id: String, at instant: Instant, audit: AuditEntry) throws
    /// Remembers a Group that a payer gave as one of members who matched, and when.
    func keep(matchedGroup id: String, payer: String, at instant: Instant) throws

    // MARK: Exchanges

    /// Adds an exchange, with one audit entry for each state it passed through.
    func insert(_ exchange: Exchange, audit: [AuditEntry]) throws
    /// Moves an exchange on; throws `store.failed` when the lifecycle does not allow it.
    func advance(
        _ exchange: String, to state: ExchangeState, reason: FaultCode?, detail: String?, at instant: Instant,
        audit: AuditEntry
    ) throws
    /// Counts an exchange that nothing changed for in the tally of another run.
    func meet(_ exchange: String, in run: String) throws
    /// Puts bundles into the outbox.
    func enqueue(_ submissions: [LeasedSubmission]) throws
    /// Takes back every submission of an exchange that is queued or waiting; returns how many are still leased.
    func cancelOpenSubmissions(ofExchange exchange: String) throws -> Int
    /// Claims up to `limit` due submissions for `owner` until `expiry`; counts an attempt and raises the epoch of each.
    ///
    /// Skips members that have another exchange's submission under way, and what operators hold. Lanes take
    /// turns (``DeliveryLane/turns``); among member requests the one goes first whose answer is due first. One whose
    /// claim ended with its process before is claimed alone. For a payer that is closed nothing is claimed, and one as
    /// a probe once its time has come: then it is closed until `expiry`.
    func lease(
        _ route: Route, limit: Int, owner: String, now: Instant, expiry: Instant
    ) throws -> [LeasedSubmission]
    /// Takes the next `count` turns at a payer, `spacing` milliseconds apart, for whoever delivers to it from this
    /// store; returns the first of them. None is before `now`, and none so late that only a clock that was set back
    /// explains it.
    func takeTurns(at payer: String, count: Int, spacing: Int64, now: Instant) throws -> Instant
    /// Prolongs those of the claims that still hold; a payer that is closed for one of them stays closed as long.
    ///
    /// No other claim of the same owner: one that was forgotten runs out.
    func renew(_ claims: [Submission], expiry: Instant) throws
    /// Records an attempt's receipt and moves the submission; false when the epoch is stale: then nothing is changed
    /// but the receipt is kept. An acknowledged submission's bundle bytes are dropped.
    func settle(
        _ submission: String, epoch: Int, as state: SubmissionState, notBefore: Instant?, receipt: Receipt
    ) throws -> Bool
    /// Puts a smaller bundle in the place of a claimed one, frees it as due at `instant`, and adds the rest of what it
    /// held; false when the epoch is stale: then nothing is changed but the receipt is kept. The attempt does not
    /// count.
    func divide(
        _ submission: String, epoch: Int, first: ExchangeBundle, rest: [LeasedSubmission], at instant: Instant,
        receipt: Receipt
    ) throws -> Bool
    /// Returns a claim that was not used, without counting the attempt.
    func release(_ submission: String, epoch: Int) throws
    /// Makes submissions claimable again whose lease ran out, or whose owner is known to be gone; returns them.
    ///
    /// Their attempt stays counted. `isGone` is asked with each lease's owner. One that was lost so for the third time
    /// in a row (``SubmissionState/lostClaimsAllowed``) is parked instead.
    func rescue(now: Instant, ownerIsGone isGone: (String) -> Bool) throws -> [Submission]

    /// Remembers how a payer fares, in place of what was remembered before; one at rest is forgotten.
    func keep(_ breaker: CircuitBreaker) throws

    /// Holds something of the queue back; false when it is held already, and then nothing is changed.
    func hold(_ hold: Hold) throws -> Bool
    /// Ends a hold; false when there is none.
    func resume(_ subject: Hold.Subject, _ name: String, by actor: String, at instant: Instant) throws -> Bool

    // MARK: Replays

    /// Keeps what is to be replayed by a run that is open, in this order.
    ///
    /// Throws `store.failed` when one of the exchanges waits in another replay.
    func open(_ replay: Replay, of exchanges: [String], audit: AuditEntry) throws
    /// Writes down what came of one exchange of a replay; false, and nothing changes, when it does not wait there.
    func settle(_ item: ReplayItem, ofReplay run: String) throws -> Bool

    // MARK: Audit

    /// Appends to the audit trail.
    func record(_ entry: AuditEntry) throws
}
