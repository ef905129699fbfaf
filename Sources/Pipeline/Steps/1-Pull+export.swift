import FHIR
import PDex

/// Pulls the whole roster at once by Bulk Data export, and fetches what an export leaves out.
extension Pull {
    /// Exports, fetches what the export lacks of members who are new in the Group, and moves the watermarks.
    func export(
        at level: ExportRequest.Level, _ members: [String]?, _ capability: ServerCapability,
        _ provenance: ProvenanceSearch
    ) async throws -> FinishedExport {
        let enrolls = terms.selection.group != nil && members == nil
        // If an earlier process fetched part of the export, this one cannot tell what is missing from it.
        let before = try await store.read { [run] in try $0.pullProgress(run: run.id) }
        let seen = try await isWhole(before) && !BulkExportPull.hasBegun(before) ? SeenArrivals() : nil
        let wants = SharedWants(run: run.id, stager: stager, seesAll: seen != nil)
        let types = PullPlan.exported(terms.selection, capability, besides: withheld)
        var intake = intake(enrolling: enrolls ? run.id : nil, wants: wants, seen: seen)
        intake.doubts = run.id
        let outcome = try await exportPull(intake, types)
            .pull(level, orSearch: maySearch(members))
        if enrolls {
            if outcome.since != nil, case .lastSuccess = terms.selection.since {
                try await enrolment.enrollThoseBefore()
            }
            try await enrolment.countEnrolled()
        }
        try await fetch(wants, capability)
        let plan = PullPlan.member(terms.selection, capability)
        let pull = patientPull(plan, capability, provenance, seen: seen)
        if terms.selection.group != nil {
            let newcomers = try await newcomers(outcome, members)
            if !newcomers.isEmpty {
                try await exportPull(self.intake(), []).dropping(outcome) { try requireLocalFilters() }
                observer(.note(newcomers.count.counting("member is", "members are") + " new in the Group"))
            }
            try await pull.pull(patients: newcomers, from: .beginning)
            let fetched = await bringsEverything(outcome) ? members ?? [] : []
            try await pullForgotten(pull, besides: fetched + newcomers)
        } else {
            try await enrolment.enrollEverybody()
            if await !bringsEverything(outcome), TypeFilters(terms.selection).areLocal {
                try await pullForgotten(pull, besides: [])
            }
        }
        let lacksConsents = try await store.read { [run, terms] in
            try terms.selection.leavesOutOlder || RunningExport.leavesOutAlongside(run.id, $0)
                || $0.pullProgress(run: run.id, unit: Intake.doubtfulConsents) != nil
        }
        if lacksConsents, capability.types["Consent"] != nil {
            // Only the people whom the job is about, and nobody else at the clinic.
            let people = if let members { members } else { try await enrolment.people() }
            try await consents(of: people, capability, provenance, seen)
        }
        guard await tally.problems.isEmpty else { return outcome }
        if let seen, outcome.since == nil, try await !reconcile(seen, Set(types)) {
            return outcome
        }
        try await move(outcome, isReconciled: seen != nil)
        return outcome
    }

    /// Whether patients in the export need not be fetched one by one as well: it had no flaw so far, and does not start
    /// at a named instant.
    private func bringsEverything(_ outcome: FinishedExport) async -> Bool {
        if case .instant = terms.selection.since, outcome.since != nil { return false }
        return await tally.problems.isEmpty
    }

    /// Fetches all of those patients' Consents at the clinic, where the job's instants keep some out of the export, or
    /// the clinic exports none: an old one may deny.
    private func consents(
        of patients: [String], _ capability: ServerCapability, _ provenance: ProvenanceSearch, _ seen: SeenArrivals?
    ) async throws {
        let terms = terms.narrowed(to: [])
        let plan = PullPlan.searching(terms.selection, capability, ["its Consents are searched"])
        try await patientPull(plan, capability, provenance, terms: terms, seen: seen)
            .pull(patients: patients, from: .beginning)
    }

    /// Unstages what a full export did not bring again and the clinic no longer has; false when that may not be all:
    /// then no watermark moves, and everything is exported again.
    ///
    /// What the job's filters exclude is not missing; types that only the clinic can filter are not checked.
    private func reconcile(_ seen: SeenArrivals, _ types: Set<String>) async throws -> Bool {
        let filters = TypeFilters(terms.selection)
        let reconciliation = Reconciliation(clinic: clinic, intake: intake(), mostMissing: mostMissing)
        let finding = try await reconciliation.gone(
            fromRosterOf: run.id, source: terms.clinic.name, types: types.subtracting(filters.foreign),
            besides: seen.all, of: filters)
        guard !finding.gone.isEmpty else { return finding.isSettled }
        let (deletion, now) = (Deletion(payer: terms.payer.name, run: run.id, stager: stager), clock.now())
        try await store.write { try deletion.delete(finding.gone, at: now, $0) }
        return finding.isSettled
    }

    /// Lets the clinic drop an export, or keeps it for the next run. Only when the run is closed: until then it may be
    /// resumed, and would need a second export.
    func end(_ export: FinishedExport) async { await exportPull(intake(), []).end(export) }

    private func exportPull(_ intake: Intake, _ types: [String]) -> BulkExportPull {
        BulkExportPull(
            terms: terms, types: types, run: run, clinic: clinic, store: store, intake: intake, clock: clock,
            unit: unit,
            observer: observer)
    }

    /// Members who have to be fetched one by one: those whom `_since` leaves out, and those who joined during the
    /// export.
    ///
    /// If the job names an instant, older data is wanted of nobody.
    private func newcomers(_ outcome: FinishedExport, _ members: [String]?) async throws -> [String] {
        let late = try await enrolment.late()
        guard let since = outcome.since, case .lastSuccess = terms.selection.since else { return late }
        return Set(late).union(try await enrolment.newcomers(since: since, of: members)).sorted()
    }

    /// Moves the watermarks to the export's time (BLK-07), unless the export starts at a named instant: what was before
    /// it is not known.
    ///
    /// A full export that is not reconciled may hide deletions: the next run exports everything again.
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
            if selection.group != nil {
                try $0.setWatermark(time, ofRosterOf: run, source: source, scope: PullScope.patients(selection))
            } else if outcome.since == nil {
                try $0.setWatermark(time, ofRosterOf: run, source: source, scope: PullScope.fetched(selection))
            }
        }
    }

    /// Whether the export is of everything, and not only of changes.
    private func isWhole(_ progress: [String: String]) async throws -> Bool {
        if let begun = progress[RunningExport.sinceMark] { return Instant(begun) == nil }
        return try await PullScope.sinceExport(terms, store: store, now: clock.now()) == nil
    }

    /// Fetches what the export refers to but does not contain.
    private func fetch(_ wants: SharedWants, _ capability: ServerCapability) async throws {
        let open = try await store.read { try wants.open($0) }.filter { text in
            // Types that our token does not allow were noted already.
            Reference(parsing: text).type.map { !withheld.contains($0) } ?? true
        }
        guard !open.isEmpty else { return }
        let closure = SharedClosure(
            clinic: clinic, intake: intake(), name: terms.clinic.name, capability: capability)
        do {
            try await unit.fetch("what visits refer to") { _ = try await closure.fetch(open) }
        } catch let fault as Fault where PatientPull.isOfOnePatient(fault) {
            await tally.refused(fault.code)
        }
    }
}
