import FHIR
import PDex

/// Step 1: fetches what changed at the clinic and the payer's records of its members, and stages both.
///
/// Either everything is staged or the run says what is missing: a file or page and its mark commit together, and the
/// watermark moves only when nothing was refused (invariant 12).
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
    /// Types that are wanted in addition to the job's, but that our token does not allow.
    private(set) var withheld: Set<String> = []

    /// Pulls the whole roster; returns the export, if there was one, for the end of the run (BLK-50).
    func everyone() async throws -> FinishedExport? {
        try records.insistOnFiles()
        let (capability, provenance, withheld) = try await offer()
        return try await offered(capability, besides: withheld).everyone(capability, provenance)
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
        if terms.selection.group == nil { try await enrolment.enrollEverybody() }
    }

    /// Fetches the patients affected by a restore of the store, a page at a time, except those who are fetched anyway.
    func pullForgotten(_ pull: PatientPull, besides others: [String]) async throws {
        let others = Set(others)
        try await enrolment.forEachForgotten { ids in
            try await pull.pull(patients: ids.filter { !others.contains($0) }.sorted(), from: .beginning)
        }
    }

    /// Whether the job allows searching, and nothing needs an export.
    func maySearch(_ members: [String]?) -> Bool {
        terms.selection.method == .auto && (terms.selection.group == nil || members != nil)
            && TypeFilters(terms.selection).areLocal
    }

    /// The ids of the Patients whom the job's Group names; nil when the job names no Group, or only the Group's export
    /// shows who they are.
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

    /// Pulls one patient for a request on demand: everything, or what changed since an instant.
    func one(_ patient: String, since: Instant? = nil) async throws {
        try requireLocalFilters()
        let (capability, provenance, withheld) = try await offer()
        try await offered(capability, besides: withheld).one(patient, since: since, capability, provenance)
    }

    private func one(
        _ patient: String, since: Instant?, _ capability: ServerCapability, _ provenance: ProvenanceSearch
    ) async throws {
        let plan = PullPlan.member(terms.selection, capability)
        observer(.step("pull one member from \(terms.clinic.name) (\(plan.reasons.joined(separator: "; ")))"))
        // There is no other patient to continue with, so the first failure ends the pull.
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

    func patientPull(
        _ plan: PullPlan, _ capability: ServerCapability, _ provenance: ProvenanceSearch,
        mostFailures: Int = PatientPull.mostFailures, terms narrowed: ExchangeTerms? = nil,
        seen: SeenArrivals? = nil
    ) -> PatientPull {
        PatientPull(
            terms: narrowed ?? terms, run: run, clinic: clinic, store: store, intake: intake(seen: seen), plan: plan,
            capability: capability, provenance: provenance, unit: unit, mostFailures: mostFailures,
            mostMissing: mostMissing,
            observer: observer)
    }

    var unit: PullUnit { PullUnit(tally: tally, clock: clock, observer: observer) }

    private func key(_ patient: String) -> ResourceKey {
        identities.key(source: terms.clinic.name, type: "Patient", id: patient)
    }

    /// What the clinic offers, without Consents that our token does not allow; how its Provenance is obtained; and
    /// which types the token withholds.
    ///
    /// Refuses a token that allows less than the job names, before anything is pulled (SBS-33). Types that come along
    /// with visits are not required.
    private func offer() async throws -> (ServerCapability, ProvenanceSearch, withheld: Set<String>) {
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
        let provenance = ProvenanceSearch(capability, isAllowed: !withheld.contains("Provenance"))
        return (capability, provenance, Set(withheld))
    }

    /// The same pull, which notes whether it includes the clinic's Consents: without them a fetch does not count as
    /// complete, and once they may be read, everything is fetched again.
    private func offered(_ capability: ServerCapability, besides withheld: Set<String>) -> Pull {
        var pull = self
        pull.withheld = withheld
        pull.terms.selection.includesConsents = capability.types["Consent"] != nil
        return pull
    }

    /// Refuses filters that nobody would apply (BLK-10).
    func requireLocalFilters() throws(Fault) {
        let filters = TypeFilters(terms.selection)
        if !filters.areLocal { throw filters.refusal(terms.clinic.name) }
    }

    var enrolment: Enrolment {
        Enrolment(terms: terms, run: run, clinic: clinic, store: store, identities: identities, tally: tally)
    }

    func intake(
        enrolling run: String? = nil, wants: SharedWants? = nil, seen: SeenArrivals? = nil
    ) -> Intake {
        Intake(
            stager: stager, store: store, tally: tally, clock: clock, enrolls: run, wants: wants, seen: seen,
            revocation: Revocation(
                consent: CheckConsent(
                    terms: terms, clock: clock, segmentation: Segmentation(terms: terms, identities: identities)),
                identities: identities),
            observer: observer)
    }

    var stager: Stager { Stager(clinicOf: terms, identities) }

    func allPatients() async throws -> [String] {
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
