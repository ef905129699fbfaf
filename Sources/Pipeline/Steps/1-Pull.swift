import FHIR
import PDex

/// Step 1: fetches what changed at the clinic and what the payer records of its members, and stages it.
///
/// What is staged is complete or the run says what is missing: a file or page and its mark commit
/// together, and the watermark moves only when nothing was refused (invariant 12).
struct Pull: Sendable {
    private(set) var terms: ExchangeTerms
    let run: Run
    let clinic: any ClinicServer
    let records: PayerRecords
    let store: any Store
    let identities: Identities
    let clock: any WallClock
    let mostMissing: Int
    let observer: @Sendable (RunEvent) -> Void
    let tally = PullTally()

    /// Pulls the whole roster; returns the export, if there was one, for the end of the run (BLK-50).
    func everyone() async throws -> FinishedExport? {
        let (capability, provenance) = try await offer()
        return try await offered(capability).everyone(capability, provenance)
    }

    private func everyone(
        _ capability: ServerCapability, _ provenance: ProvenanceSearch
    ) async throws -> FinishedExport? {
        let plan = try PullPlan.roster(terms.selection, capability, clinic: terms.clinic.name)
        let members = try await members(plan)
        if let members { try await enrolment.enroll(members: members) }
        try await enrolment.enrollForgotten()
        var exported: FinishedExport?
        switch plan.way {
        case .export(let level):
            observer(.step("pull \(terms.clinic.name) by bulk export (\(plan.reasons.joined(separator: "; ")))"))
            do {
                exported = try await export(at: level, members, capability, provenance)
            } catch let givenUp as GivenUpExport {
                await tally.noted(.clinicExportGivenUp)
                try await search(.instead(of: givenUp, terms.selection, capability), members, capability, provenance)
            }
        case .search, .everything: try await search(plan, members, capability, provenance)
        }
        if terms.selection.group == nil { try await enrolment.enrollEverybody() }
        try await records.pull(tally)
        let (run, source) = (run.id, terms.clinic.name)
        await tally.foundOutside(try await store.read { try $0.outsideRoster(of: run, source: source) })
        return exported
    }

    /// Searches the members, or everybody, patient by patient.
    private func search(
        _ plan: PullPlan, _ members: [String]?, _ capability: ServerCapability, _ provenance: ProvenanceSearch
    ) async throws {
        try requireLocalFilters()
        let why = plan.reasons.joined(separator: "; ")
        observer(.step("pull \(terms.clinic.name) by search, patient by patient (\(why))"))
        let patients: [String] = if let members { members } else { try await allPatients() }
        let pull = patientPull(plan, capability, provenance)
        try await pull.pull(patients: patients)
        try await pullForgotten(pull, besides: members ?? [])
    }

    /// Fetches whom a restoration of the store took something from, a page at a time, besides those who are fetched anyway.
    private func pullForgotten(_ pull: PatientPull, besides others: [String]) async throws {
        let others = Set(others)
        try await enrolment.forEachForgotten { ids in
            try await pull.pull(patients: ids.filter { !others.contains($0) }.sorted(), from: .beginning)
        }
    }

    /// Whether the job leaves it open to search, and there is nothing that only an export can do.
    private func maySearch(_ members: [String]?) -> Bool {
        terms.selection.method == .auto && (terms.selection.group == nil || members != nil)
            && TypeFilters(terms.selection).areLocal
    }

    /// The ids of the Patients whom the job's Group names; nil when the job names none, or when only the Group's export
    /// tells who they are.
    private func members(_ plan: PullPlan) async throws -> [String]? {
        guard let group = terms.selection.group else { return nil }
        switch (try await enrolment.members(of: group), plan.way) {
        case (.patients(let ids), _): return ids
        case (.untold, .export(.group)):
            observer(.note("the Group names no members, or may not be read: they are those of its export"))
            return nil
        case (.untold, _): throw enrolment.nobody()
        }
    }

    /// Pulls one patient for a request on demand: whole, or what changed since an instant.
    func one(_ patient: String, since: Instant? = nil) async throws {
        try requireLocalFilters()
        let (capability, provenance) = try await offer()
        try await offered(capability).one(patient, since: since, capability, provenance)
    }

    private func one(
        _ patient: String, since: Instant?, _ capability: ServerCapability, _ provenance: ProvenanceSearch
    ) async throws {
        let plan = PullPlan.member(terms.selection, capability)
        observer(.step("pull one member from \(terms.clinic.name) (\(plan.reasons.joined(separator: "; ")))"))
        // There is nobody to go on with: what is wrong with this one ends it.
        try await patientPull(plan, capability, provenance, mostFailures: 1).pull(
            patients: [patient], from: since.map { .instant($0) } ?? .beginning)
        let key = key(patient)
        guard try await store.read({ try $0.staged(key) }) != nil else {
            throw Fault(
                .memberUnknown, .stop, "\(terms.clinic.name) has no Patient of that id",
                hint: "give the Patient's id at the clinic, as in Patient/[id]")
        }
        try await enrolment.enroll([key])
        try await records.freshen(for: key, tally)
    }

    /// Exports, fetches what it leaves out of members who are new in the Group, and moves the watermarks.
    private func export(
        at level: ExportRequest.Level, _ members: [String]?, _ capability: ServerCapability,
        _ provenance: ProvenanceSearch
    ) async throws -> FinishedExport {
        let enrolls = terms.selection.group != nil && members == nil
        let wants = try await sharedWants()
        // What an earlier process fetched of the export is not seen by this one, so that nothing can be missed.
        let before = try await store.read { [run] in try $0.pullProgress(run: run.id) }
        let seen = wants == nil && !BulkExportPull.hasBegun(before) ? SeenArrivals() : nil
        let types = PullPlan.exported(terms.selection, capability)
        var intake = intake(enrolling: enrolls ? run.id : nil, wants, seen)
        intake.doubts = run.id
        let outcome = try await exportPull(intake, types)
            .pull(level, orSearch: maySearch(members))
        if enrolls { try await enrolment.countEnrolled() }
        if let wants { try await fetch(wants, capability) }
        if terms.selection.group != nil {
            let newcomers = try await newcomers(outcome, members)
            if !newcomers.isEmpty {
                try await exportPull(self.intake(), []).dropping(outcome) { try requireLocalFilters() }
                observer(.note("\(newcomers.count) members are new in the Group"))
            }
            let pull = patientPull(PullPlan.member(terms.selection, capability), capability, provenance)
            try await pull.pull(patients: newcomers, from: .beginning)
            try await pullForgotten(pull, besides: (members ?? []) + newcomers)
        }
        let progress = try await store.read { [run] in try $0.pullProgress(run: run.id) }
        let lacksConsents =
            terms.selection.leavesOutOlder || RunningExport.leavesOutAlongside(progress)
            || progress[Intake.doubtfulConsents] != nil
        if lacksConsents, capability.types["Consent"] != nil {
            let people = if let members { members } else { try await allPatients() }
            try await consents(of: people, capability, provenance)
        }
        guard await tally.problems.isEmpty else { return outcome }
        if let seen, outcome.since == nil, try await !reconcile(seen, Set(types)) {
            return outcome
        }
        try await move(outcome, isReconciled: seen != nil)
        return outcome
    }

    /// Fetches the clinic's Consents of those patients whole, where the job's instants keep some out of the export, or the
    /// clinic exports none: an old one may deny.
    private func consents(
        of patients: [String], _ capability: ServerCapability, _ provenance: ProvenanceSearch
    ) async throws {
        let terms = terms.narrowed(to: [])
        let plan = PullPlan.searching(terms.selection, capability, ["its Consents are searched"])
        try await patientPull(plan, capability, provenance, terms: terms).pull(patients: patients, from: .beginning)
    }

    /// Forgets what a whole export did not bring again and the clinic no longer has; false when too much is missing to
    /// tell: then no watermark moves, and everything is exported again.
    private func reconcile(_ seen: SeenArrivals, _ types: Set<String>) async throws -> Bool {
        let reconciliation = Reconciliation(
            clinic: clinic, store: store, tally: tally, observer: observer, mostMissing: mostMissing)
        let gone = try await reconciliation.gone(
            fromRosterOf: run.id, source: terms.clinic.name, types: types, besides: seen.all)
        guard let gone else { return false }
        guard !gone.isEmpty else { return true }
        let (deletion, now) = (Deletion(payer: terms.payer.name, run: run.id), clock.now())
        try await store.write { try deletion.delete(gone, at: now, $0) }
        return true
    }

    /// Lets the clinic drop an export, or keeps it for the next run. Not before the run is closed: until then it may have
    /// to be gone on with, and would need a second export to do so.
    func end(_ export: FinishedExport) async { await exportPull(intake(), []).end(export) }

    private func exportPull(_ intake: Intake, _ types: [String]) -> BulkExportPull {
        BulkExportPull(
            terms: terms, types: types, run: run, clinic: clinic, store: store, intake: intake, clock: clock,
            unit: unit,
            observer: observer)
    }

    /// Members who have to be fetched one by one: whom a `_since` leaves out, and who came while the export was made.
    ///
    /// What a job asks for from a named instant on is wanted of nobody before it.
    private func newcomers(_ outcome: FinishedExport, _ members: [String]?) async throws -> [String] {
        let late = try await enrolment.late()
        guard let since = outcome.since, case .lastSuccess = terms.selection.since else { return late }
        return Set(late).union(try await enrolment.newcomers(since: since, of: members)).sorted()
    }

    /// Moves the watermarks to the export's time (BLK-07); not for what was asked for from a named instant on, since
    /// what was before it is not known.
    ///
    /// What only this process did not see coming may still be missing: everything is exported again by the next run.
    private func move(_ outcome: FinishedExport, isReconciled: Bool) async throws {
        if case .instant = terms.selection.since, outcome.since != nil { return }
        let time = PullScope.believable(outcome.transactionTime, now: clock.now())
        if time != outcome.transactionTime { await tally.noted(.clinicClockAhead) }
        let (run, source, selection) = (run.id, terms.clinic.name, terms.selection)
        try await store.write {
            try $0.setWatermark(time, source: source, scope: PullScope.export(selection))
            if outcome.since == nil, isReconciled {
                try $0.setWatermark(time, source: source, scope: PullScope.reconciledExport(selection))
            }
            guard selection.group != nil else { return }
            try $0.setWatermark(time, ofRosterOf: run, source: source, scope: PullScope.patients(selection))
        }
    }

    private func patientPull(
        _ plan: PullPlan, _ capability: ServerCapability, _ provenance: ProvenanceSearch,
        mostFailures: Int = PatientPull.mostFailures, terms narrowed: ExchangeTerms? = nil
    ) -> PatientPull {
        PatientPull(
            terms: narrowed ?? terms, run: run, clinic: clinic, store: store, intake: intake(), plan: plan,
            capability: capability, provenance: provenance, unit: unit, mostFailures: mostFailures,
            mostMissing: mostMissing,
            observer: observer)
    }

    private var unit: PullUnit { PullUnit(tally: tally, clock: clock, observer: observer) }

    private func key(_ patient: String) -> ResourceKey {
        identities.key(source: terms.clinic.name, type: "Patient", id: patient)
    }

    /// What the clinic offers, less the Consents that our token does not allow, and how its Provenance is had.
    ///
    /// Refuses a token that allows less than the job names, before anything is pulled (SBS-33). What comes along with
    /// visits is wanted, and not needed.
    private func offer() async throws -> (ServerCapability, ProvenanceSearch) {
        var capability = try await clinic.capability()
        let withheld = try await clinic.withheldTypes(among: terms.selection.pulledTypes)
        let needed = withheld.filter(terms.selection.types.contains).sorted()
        guard needed.isEmpty else {
            throw Fault(
                .authScopeNotGranted, .halt,
                "\(terms.clinic.name) did not grant the job's types \(needed.joined(separator: ", ")).",
                hint: "Have their scopes registered for this client, or take the types out of the job.")
        }
        await tally.noted(.authScopeNotGranted, withheld.count)
        if withheld.contains("Consent") { capability.types["Consent"] = nil }
        return (capability, ProvenanceSearch(capability, isAllowed: !withheld.contains("Provenance")))
    }

    /// The same pull, which knows whether it has the clinic's Consents: what it fetches is not taken for all of it
    /// otherwise, and once they may be read everything is fetched again.
    private func offered(_ capability: ServerCapability) -> Pull {
        var pull = self
        pull.terms.selection.includesConsents = capability.types["Consent"] != nil
        return pull
    }

    /// Refuses filters that nobody would apply (BLK-10).
    private func requireLocalFilters() throws(Fault) {
        let filters = TypeFilters(terms.selection)
        if !filters.areLocal { throw filters.refusal(terms.clinic.name) }
    }

    private var enrolment: Enrolment {
        Enrolment(terms: terms, run: run, clinic: clinic, store: store, identities: identities, tally: tally)
    }

    private func intake(
        enrolling run: String? = nil, _ wants: SharedWants? = nil, _ seen: SeenArrivals? = nil
    ) -> Intake {
        Intake(
            stager: stager, store: store, tally: tally, clock: clock, enrolls: run, wants: wants, seen: seen,
            revocation: Revocation(
                consent: CheckConsent(
                    terms: terms, clock: clock, segmentation: Segmentation(terms: terms, identities: identities)),
                identities: identities),
            observer: observer)
    }

    private var stager: Stager {
        Stager(source: terms.clinic.name, base: terms.clinic.base, identities: identities)
    }

    /// What an export of changes alone may leave out; nil when the export holds everything.
    private func sharedWants() async throws -> SharedWants? {
        let progress = try await store.read { [run] in try $0.pullProgress(run: run.id) }
        let since: Instant? =
            if let begun = progress[RunningExport.sinceMark] { Instant(begun) } else {
                try await PullScope.sinceExport(terms, store: store, now: clock.now())
            }
        return since == nil ? nil : SharedWants(run: run.id, stager: stager)
    }

    /// Fetches what the export refers to and does not hold.
    private func fetch(_ wants: SharedWants, _ capability: ServerCapability) async throws {
        let open = try await store.read { try wants.open($0) }
        guard !open.isEmpty else { return }
        let closure = SharedClosure(
            clinic: clinic, intake: intake(), name: terms.clinic.name, capability: capability)
        do {
            try await unit.fetch("what visits refer to") { _ = try await closure.fetch(open) }
        } catch let fault as Fault where PatientPull.isOfOnePatient(fault) {
            await tally.refused(fault.code)
        }
    }

    private func allPatients() async throws -> [String] {
        let walk = PageWalk(server: clinic, name: terms.clinic.name, tally: tally)
        var ids: [String] = []
        var unreadable = 0
        try await walk.each(SearchQuery("Patient", [.init("_count", "200"), .init("_elements", "id")])) { page in
            for entry in page.entries where entry.mode == .match {
                guard let scan = try? ResourceScan.scan(entry.bytes), scan.type == "Patient" else {
                    unreadable += 1
                    continue
                }
                ids.append(scan.id)
            }
        }
        await tally.refused(.clinicMalformedLine, unreadable)
        return ids
    }
}
