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
    let payer: any PayerServer
    let store: any Store
    let identities: Identities
    let clock: any WallClock
    let observer: @Sendable (RunEvent) -> Void
    let tally = PullTally()

    /// Pulls the whole roster.
    func everyone() async throws {
        let capability = try await clinic.capability()
        let group = try await groupMembers()
        if try exports(capability) {
            observer(.step("pull \(terms.clinic.name) by bulk export"))
            try await bulkExport().pull()
        } else {
            observer(.step("pull \(terms.clinic.name) by search, patient by patient"))
            let patients: [String] = if let group { group } else { try await allPatients() }
            try await rosterSearch(capability).pull(patients: patients)
        }
        try await fillRoster(group)
        try await payerRecords()
    }

    /// Pulls one patient, for a request on demand.
    func one(_ patient: String) async throws {
        let capability = try await clinic.capability()
        observer(.step("pull one member from \(terms.clinic.name)"))
        try await rosterSearch(capability).pull(patients: [patient])
        let key = identities.key(source: terms.clinic.name, type: "Patient", id: patient)
        guard try await store.read({ try $0.staged(key) }) != nil else {
            throw Fault(
                .memberUnknown, .stop, "\(terms.clinic.name) has no Patient of that id",
                hint: "give the Patient's id at the clinic, as in Patient/[id]")
        }
        let run = run.id
        try await store.write { try $0.addToRoster(run: run, patients: [key]) }
        await tally.rostered(1)
        try await payerRecords()
    }

    private func bulkExport() -> BulkExportPull {
        BulkExportPull(
            terms: terms, run: run, clinic: clinic, store: store, intake: intake(of: terms.clinic), clock: clock,
            observer: observer)
    }

    private func rosterSearch(_ capability: ServerCapability) -> RosterSearchPull {
        RosterSearchPull(
            terms: terms, run: run, clinic: clinic, store: store, intake: intake(of: terms.clinic),
            capability: capability)
    }

    private func intake(of party: Party) -> Intake {
        let stager = Stager(source: party.name, base: party.base, identities: identities)
        return Intake(stager: stager, store: store, tally: tally, observer: observer)
    }

    private func payerRecords() async throws {
        observer(.step("pull coverage and consent from \(terms.payer.name)"))
        let intake = intake(of: terms.payer)
        try await PayerRecordsPull(terms: terms, payer: payer, store: store, intake: intake).pull()
        try await MemberIndex(terms: terms, store: store, identities: identities).rebuild()
    }

    /// Whether the clinic's data comes by export: what the job says, or what the clinic offers.
    private func exports(_ capability: ServerCapability) throws -> Bool {
        let type = terms.selection.group == nil ? "Patient" : "Group"
        let offered = capability.types[type]?.operations.contains("export") == true
        switch terms.selection.method {
        case .auto: return offered
        case .rosterSearch: return false
        case .bulkExport:
            guard offered || capability.systemOperations.contains("export") else {
                throw Fault(
                    .clinicCapability, .halt, "\(terms.clinic.name) does not offer \(type) export",
                    hint: "set select.by to roster-search or auto in the job")
            }
            return true
        }
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
        return (resource["member"]?.elements ?? []).compactMap { member in
            guard member["inactive"]?.bool != true, let text = member["entity"]?["reference"]?.string,
                case .local("Patient", let id, _) = Reference(parsing: text).relative(to: terms.clinic.base)
            else { return nil }
            return id
        }
    }

    private func allPatients() async throws -> [String] {
        await tally.requested()
        var page = try await clinic.search(SearchQuery("Patient", [.init("_count", "200"), .init("_elements", "id")]))
        var ids: [String] = []
        var seen: Set<String> = []
        while true {
            ids += page.entries.compactMap { entry in
                entry.bytes.withUnsafeBytes { try? ResourceScan.scan($0) }.map(\.id)
            }
            guard let next = page.next, seen.insert(next).inserted else { return ids }
            await tally.requested()
            page = try await clinic.page(next)
        }
    }

    /// The roster is the Group's present members, or else every staged patient.
    private func fillRoster(_ group: [String]?) async throws {
        let (run, clinic) = (run.id, terms.clinic.name)
        if let group {
            let keys = group.map { identities.key(source: clinic, type: "Patient", id: $0) }
            try await store.write { try $0.addToRoster(run: run, patients: keys) }
            await tally.rostered(Set(keys).count)
            return
        }
        var last: ResourceKey?
        while true {
            let after = last
            let page = try await store.read { try $0.patients(ofSource: clinic, after: after, limit: 1000) }
            guard !page.isEmpty else { return }
            try await store.write { try $0.addToRoster(run: run, patients: page) }
            await tally.rostered(page.count)
            last = page.last
        }
    }
}
