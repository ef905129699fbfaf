public import Conformance
public import FHIR
public import Mappings
public import PDex

/// The seven steps between one clinic and one payer.
///
///     1 Pull → 2 Join → 3 Consent → 4 Map → 5 Bundle → │outbox│ → 6 Submit → 7 Receipt
///
/// Steps 2 to 5 look at one member at a time and are committed for many members together; steps 6
/// and 7 empty the outbox. Each may run twice: what is staged, made and sent is found again by
/// derived identities, and what the payer already holds is not sent again.
public struct ExchangePipeline: Sendable {
    /// The terms of the job.
    public private(set) var terms: ExchangeTerms
    /// Restricts what is carried to these of the job's types; empty means no restriction.
    private(set) var types: [String] = []
    let clinic: any ClinicServer
    let payer: any PayerServer
    let payerExports: (any ClinicServer)?
    let store: any Store
    let mappings: MappingSet
    let validator: Validator?
    let identities: Identities
    let clock: any WallClock
    let random: @Sendable () -> Double
    let owner: String
    let pace: Pace
    let limits = SizeLimits()
    let ownerIsGone: @Sendable (String) -> Bool
    let quietUntil: @Sendable (Instant) -> Instant?
    /// If more resources than this are missing from a full fetch, none is treated as deleted.
    public var mostMissing = ExchangePipeline.usualMostMissing
    let observer: @Sendable (RunEvent) -> Void

    /// Wires a pipeline. `payerExports` is the payer's server where its records come by export; without a `validator`
    /// nothing is checked against its profile; `owner` names this process in leases and audit entries; `ownerIsGone`
    /// says whether the process behind another such name has ended, so that its claims are free at once; `quietUntil`
    /// says when the clinic's quiet hours around an instant end; pipelines that share `turns` keep to a payer's limits
    /// together, and with other processes through the store.
    public init(
        terms: ExchangeTerms, clinic: any ClinicServer, payer: any PayerServer,
        payerExports: (any ClinicServer)? = nil, store: any Store,
        mappings: MappingSet, validator: Validator? = nil, identities: Identities, clock: any WallClock,
        random: @escaping @Sendable () -> Double, owner: String,
        ownerIsGone: @escaping @Sendable (String) -> Bool = { _ in false },
        quietUntil: @escaping @Sendable (Instant) -> Instant? = { _ in nil }, turns: PayerTurns = PayerTurns(),
        observer: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) {
        self.terms = terms
        self.clinic = clinic
        self.payer = payer
        self.payerExports = payerExports
        self.store = store
        self.mappings = mappings
        self.validator = validator
        self.identities = identities
        self.clock = clock
        self.random = random
        self.owner = owner
        pace = Pace(
            perSecond: terms.delivery.perSecond, payer: terms.payer.name, turns: turns, store: store, clock: clock)
        self.ownerIsGone = ownerIsGone
        self.quietUntil = quietUntil
        self.observer = observer
    }

    /// The value of ``mostMissing`` unless an operator sets another.
    public static let usualMostMissing = Reconciliation.usualMost
    /// So many seconds at most a process that is asked to stop waits for the answers to what it has begun to send.
    public static let longestDrainSeconds = Drain.graceSeconds

    /// Carries the whole roster from clinic to payer; resumes `run` where it stood if it was interrupted.
    ///
    /// A dry run pulls and decides, and neither makes exchanges nor sends. Throws ``Fault`` when the run
    /// cannot go on; what was committed until then stays, and the same run can be continued.
    public func run(_ run: Run, dryRun: Bool = false) async throws -> RunReport {
        try await whole(run, dryRun: dryRun) { pull in try await pull.everyone() }
    }

    /// Carries one patient of the clinic, by its id there, on demand: everything, or what changed since an instant.
    ///
    /// `types` narrows what the job names; empty leaves it as it is.
    public func request(
        member patient: String, since: Instant? = nil, types: [String] = [], run: Run
    ) async throws -> RunReport {
        try await narrowed(to: types).whole(run, dryRun: false) { pull in
            try await pull.one(patient, since: since)
            return nil
        }
    }

    /// The same pipeline for those of the job's types that are among `types`; empty leaves it as it is.
    func narrowed(to types: [String]) -> ExchangePipeline {
        guard !types.isEmpty else { return self }
        var narrowed = self
        narrowed.terms = terms.narrowed(to: types)
        narrowed.types = types
        return narrowed
    }

    private func whole(
        _ run: Run, dryRun: Bool, pulling: (Pull) async throws -> FinishedExport?
    ) async throws -> RunReport {
        let began = clock.now()
        limits.forget()
        try await checkPayer()
        try await store.write { writer in
            let isFirst = try writer.run(run.id) == nil
            try writer.open(run)
            if isFirst { try RunStart.keep(began, of: run.id, writer) }
        }
        let pull = Pull(
            terms: terms, run: run, clinic: clinic(of: run), records: records, store: store, identities: identities,
            clock: clock, mostMissing: mostMissing, observer: observer)
        let export = try await pulling(pull)
        if !dryRun { try await inquiry(run, pull.tally).ask() }
        var report = RunReport(run: run.id, job: run.job)
        report.pulled.resources = await pull.tally.resources
        report.pulled.bytes = await pull.tally.bytes
        report.pulled.requests = await pull.tally.requests
        report.problems = await pull.tally.problems
        report.notes = await pull.tally.notes
        report.resources.add(outside: await pull.tally.outside)
        try await carry(run, &report, of: await pull.tally.roster, dryRun: dryRun)
        report.seconds = (clock.now() - began) / .seconds(1)
        let closed = report
        try await store.write { try $0.close(run.id, as: closed.state, summary: closed.json.serialized()) }
        if let export { await pull.end(export) }
        return report
    }

    /// The clinic as a run may ask it: whole rosters wait for its quiet hours to end, single members do not.
    func clinic(of run: Run) -> any ClinicServer {
        guard [.schedule, .manual, .dryRun].contains(run.trigger) else { return clinic }
        return QuietClinic(
            clinic, name: terms.clinic.name, quietUntil: quietUntil, clock: clock, observer: observer)
    }

    /// Steps 2 to 7 over the roster, a group of members at a time.
    private func carry(
        _ run: Run, _ report: inout RunReport, of expected: Int, dryRun: Bool
    ) async throws {
        observer(.step("join, check consent, map and bundle"))
        let roster = RosterWalk(store: store, run: run.id)
        let maker = maker(run)
        let outbox = outbox
        try await outbox.rescue()
        for try await group in roster {
            var rest = group[...]
            while !rest.isEmpty {
                let examined = try await examine(rest, maker)
                let overtaken =
                    dryRun
                    ? []
                    : try await ExchangeWriter(store: store, clock: clock, actor: owner).write(examined, in: run)
                // Members for whom another process wrote an exchange meanwhile are examined again.
                rest = (overtaken + rest.dropFirst(examined.count))[...]
                let made = overtaken.isEmpty ? examined : examined.filter { !$0.isNew(ofOneAmong: overtaken) }
                for item in made {
                    report.resources += item.resources
                    report.notes.merge(item.retracted(in: run.id)) { $0 + $1 }
                }
                report.exchanges.unchanged += made.count { if case .unchanged = $0.work { true } else { false } }
                report.pulled.patients += made.count
                observer(.examined(members: report.pulled.patients, of: expected))
                if dryRun {
                    report.count(planned: made)
                } else {
                    report.submitted += try await outbox.drain()
                }
            }
        }
        if !dryRun { report.submitted += try await outbox.drain(waitingAtMost: 5) }
        report.conformance = maker.map.gate.summary
        try await close(run, &report, dryRun: dryRun)
    }

    /// The most bytes of bundles that are held before they are written.
    private static let mostBytesHeld = 8 << 20

    /// Examines members in one consistent read, until there is enough to write: at least one of them.
    private func examine(_ members: ArraySlice<ResourceKey>, _ maker: ExchangeMaker) async throws -> [MadeExchange] {
        try Task.checkCancellation()
        return try await store.read { reader in
            var made: [MadeExchange] = []
            var weight = 0
            for member in members where weight < Self.mostBytesHeld {
                let item = try maker.make(member, reader)
                weight += item.weight
                made.append(item)
            }
            return made
        }
    }

    private func close(_ run: Run, _ report: inout RunReport, dryRun: Bool) async throws {
        if !dryRun {
            report.count(try await store.read { try $0.tally(run: run.id) })
            report.examples = try await examples(of: report.exchanges.parked.keys, in: run)
        }
        let isWhole =
            report.balanced && report.problems.isEmpty && report.exchanges.parked.isEmpty
            && report.exchanges.retrying == 0
        report.state = isWhole ? .complete : .partial
    }

    private func examples(
        of reasons: some Sequence<FaultCode> & Sendable, in run: Run
    ) async throws -> [FaultCode: String] {
        let reasons = Array(reasons)
        return try await store.read { reader in
            var found: [FaultCode: String] = [:]
            for reason in reasons {
                let filter = ExchangeFilter(states: [.parked], reason: reason, run: run.id)
                found[reason] = try reader.exchanges(matching: filter, limit: 1).first?.id
            }
            return found
        }
    }

    /// WR-01: the payer must offer the job's way of delivery, before anything is pulled for it.
    private func checkPayer() async throws {
        try await payer.prepareDelivery()
        guard terms.delivery.kind.needsServer else { return }
        let missing = DeliveryOffer(terms, mappings, try await payer.capability()).missing(for: terms.delivery.kind)
        guard missing.isEmpty else {
            throw Fault(
                .payerCapability, .halt,
                "\(terms.payer.name) does not offer \(missing.joined(separator: ", "))",
                hint: "agree another delivery with the payer; its /metadata must list what is used.  pdex plan "
                    + "\(terms.job)  says what would do")
        }
    }
}
