import FHIR
import PDex

/// Step 1: fetches what changed at the clinic and what the payer records of its members, and stages it.
///
/// What is staged is complete or the run says what is missing: a file or page and its mark commit
/// together, and the watermark moves only when nothing was refused (invariant 12).
struct Pull: Sendable {
    let terms: ExchangeTerms
    let run: Run
    let clinic: any ClinicServer
    let records: PayerRecords
    let store: any Store
    let identities: Identities
    let clock: any WallClock
    let observer: @Sendable (RunEvent) -> Void
    let tally = PullTally()

    /// Pulls the whole roster; returns the export, if there was one, for the end of the run (BLK-50).
    func everyone() async throws -> FinishedExport? {
        let capability = try await clinic.capability()
        let group = try await groupMembers()
        if let group { try await enroll(group.map(key)) }
        let plan = try PullPlan.roster(terms.selection, capability, clinic: terms.clinic.name)
        let why = plan.reasons.joined(separator: "; ")
        var exported: FinishedExport?
        switch plan.way {
        case .export(let level):
            observer(.step("pull \(terms.clinic.name) by bulk export (\(why))"))
            exported = try await export(at: level, group, capability)
        case .search, .everything:
            observer(.step("pull \(terms.clinic.name) by search, patient by patient (\(why))"))
            let patients: [String] = if let group { group } else { try await allPatients() }
            try await patientPull(plan, capability).pull(patients: patients)
        }
        if group == nil { try await enrollEverybody() }
        try await records.pull(tally)
        let (run, source) = (run.id, terms.clinic.name)
        await tally.foundOutside(try await store.read { try $0.outsideRoster(of: run, source: source) })
        return exported
    }

    /// Pulls one patient for a request on demand: whole, or what changed since an instant.
    func one(_ patient: String, since: Instant? = nil) async throws {
        let capability = try await clinic.capability()
        let plan = PullPlan.member(terms.selection, capability)
        observer(.step("pull one member from \(terms.clinic.name) (\(plan.reasons.joined(separator: "; ")))"))
        try await patientPull(plan, capability).pull(
            patients: [patient], from: since.map { .instant($0) } ?? .beginning)
        let key = key(patient)
        guard try await store.read({ try $0.staged(key) }) != nil else {
            throw Fault(
                .memberUnknown, .stop, "\(terms.clinic.name) has no Patient of that id",
                hint: "give the Patient's id at the clinic, as in Patient/[id]")
        }
        try await enroll([key])
        try await records.freshen(oldest: PayerRecords.oldestOnDemandSeconds, tally)
    }

    /// Exports, fetches what a `_since` leaves out of members who are new in the Group, and moves the watermarks.
    private func export(
        at level: ExportRequest.Level, _ group: [String]?, _ capability: ServerCapability
    ) async throws -> FinishedExport {
        let outcome = try await exportPull.pull(level)
        if let group, let since = outcome.since {
            let newcomers = try await newcomers(of: group, since: since)
            if !newcomers.isEmpty { observer(.note("\(newcomers.count) members are new in the Group")) }
            let plan = PullPlan.member(terms.selection, capability)
            try await patientPull(plan, capability).pull(patients: newcomers, from: .beginning)
        }
        if await tally.problems.isEmpty {
            let (run, source) = (run.id, terms.clinic.name)
            let (everyone, each) = (PullScope.export(terms.selection), PullScope.patients(terms.selection))
            let whole = PullScope.reconciled(terms.selection)
            try await store.write {
                try $0.setWatermark(outcome.transactionTime, source: source, scope: everyone)
                if outcome.since == nil {
                    try $0.setWatermark(outcome.transactionTime, source: source, scope: whole)
                }
                guard group != nil else { return }
                try $0.setWatermark(outcome.transactionTime, ofRosterOf: run, source: source, scope: each)
            }
        }
        return outcome
    }

    /// Lets the clinic drop an export, or keeps it for the next run. Not before the run is closed: until then it may have
    /// to be gone on with, and would need a second export to do so.
    func end(_ export: FinishedExport) async { await exportPull.end(export) }

    private var exportPull: BulkExportPull {
        BulkExportPull(
            terms: terms, run: run, clinic: clinic, store: store, intake: intake, clock: clock, unit: unit,
            observer: observer)
    }

    /// Those of the Group who were not whole when the export before this one was made (BLK-08).
    private func newcomers(of group: [String], since: Instant) async throws -> [String] {
        let (run, source, scope) = (run.id, terms.clinic.name, PullScope.patients(terms.selection))
        var found: Set<ResourceKey> = []
        var last: ResourceKey?
        repeat {
            let after = last
            let page = try await store.read {
                try $0.newcomers(
                    inRosterOf: run, since: since, source: source, scope: scope, after: after, limit: 1000)
            }
            found.formUnion(page)
            last = page.last
        } while last != nil
        return group.filter { found.contains(key($0)) }
    }

    private func patientPull(_ plan: PullPlan, _ capability: ServerCapability) -> PatientPull {
        PatientPull(
            terms: terms, run: run, clinic: clinic, store: store, intake: intake, plan: plan,
            capability: capability, unit: unit, observer: observer)
    }

    private var unit: PullUnit { PullUnit(tally: tally, clock: clock, observer: observer) }

    private func key(_ patient: String) -> ResourceKey {
        identities.key(source: terms.clinic.name, type: "Patient", id: patient)
    }

    private var intake: Intake {
        let stager = Stager(source: terms.clinic.name, base: terms.clinic.base, identities: identities)
        return Intake(stager: stager, store: store, tally: tally, clock: clock, observer: observer)
    }

    /// The ids of the Patients in the job's Group; nil when the job names none.
    private func groupMembers() async throws -> [String]? {
        guard let group = terms.selection.group else { return nil }
        await tally.requested()
        guard let bytes = try await clinic.read(type: "Group", id: group) else {
            throw Fault(
                .clinicCapability, .halt, "\(terms.clinic.name) has no Group of the job's name",
                hint: "check select.group in the job, and that the client may read Group")
        }
        guard let resource = try? Resource(parsing: bytes) else {
            throw Fault(.remoteMalformed, .halt, "\(terms.clinic.name) answered a Group that is not FHIR JSON")
        }
        let present = (resource["member"]?.elements ?? []).filter { $0["inactive"]?.bool != true }
        let ids = present.compactMap { member -> String? in
            guard let text = member["entity"]?["reference"]?.string,
                case .local("Patient", let id, _) = Reference(parsing: text).relative(to: terms.clinic.base)
            else { return nil }
            return id
        }
        await tally.refused(.clinicUnlinked, present.count - ids.count)
        return ids
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

    private func enroll(_ patients: [ResourceKey]) async throws {
        let run = run.id
        try await store.write { try $0.addToRoster(run: run, patients: patients) }
        await tally.rostered(Set(patients).count)
    }

    /// Without a Group the roster is every staged patient.
    private func enrollEverybody() async throws {
        let clinic = terms.clinic.name
        var last: ResourceKey?
        while true {
            let after = last
            let page = try await store.read { try $0.patients(ofSource: clinic, after: after, limit: 1000) }
            guard !page.isEmpty else { return }
            try await enroll(page)
            last = page.last
        }
    }
}
