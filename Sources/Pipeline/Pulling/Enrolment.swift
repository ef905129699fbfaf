import FHIR
import PDex

/// Finds out which patients a run covers, and enrols them in its roster.
struct Enrolment: Sendable {
    /// The members that the clinic's Group names.
    enum Group: Sendable {
        /// The ids of these Patients.
        case patients([String])
        /// Unknown: the list is absent, as in Groups defined by characteristics, or may not be read. An export of the
        /// Group shows who they are.
        case untold
    }

    let terms: ExchangeTerms
    let run: Run
    let clinic: any ClinicServer
    let store: any Store
    let identities: Identities
    let tally: PullTally

    /// How many people are handled together, so that memory does not grow with the members.
    static let peopleAtOnce = 1000
    private static let lateMark = "late:"

    /// The members of a Group of the clinic.
    func members(of group: String) async throws -> Group {
        await tally.requested()
        let bytes: [UInt8]?
        do {
            bytes = try await clinic.read(type: "Group", id: group)
        } catch let fault as Fault where [.remoteRefused, .authForbidden].contains(fault.code) {
            return .untold
        }
        guard let bytes else {
            throw Fault(
                .clinicCapability, .halt, "\(terms.clinic.name) has no Group of the job's name",
                hint: "check select.group in the job, and that the client may read Group")
        }
        guard let resource = try? Resource(parsing: bytes) else {
            throw Fault(.remoteMalformed, .halt, "\(terms.clinic.name) answered a Group that is not FHIR JSON")
        }
        guard let members = GroupMembers(resource, base: terms.clinic.base) else { return .untold }
        await tally.noted(.clinicUnlinked, members.unlinked)
        return .patients(members.patients)
    }

    /// The fault of a Group that does not name its members, when nothing else would either.
    func nobody() -> Fault {
        Fault(
            .clinicGroupEmpty, .halt, "the job's Group at \(terms.clinic.name) names no members, or may not be read",
            hint: "ask the clinic for a Group with a list of members and the right to read it, or for an export of it")
    }

    /// Enrols the members of a Group; members who joined after the run's first look are marked as late.
    func enroll(members ids: [String]) async throws {
        let known = try await enrolled()
        let late = known.isEmpty ? [] : ids.filter { !known.contains(key($0)) }
        let (run, keys) = (run.id, ids.map(key))
        try await store.write {
            try $0.addToRoster(run: run, patients: keys)
            for id in late { try $0.recordProgress(run: run, unit: Self.lateMark + id, cursor: "late") }
        }
        await tally.rostered(Set(keys).count)
    }

    /// Members who joined after the run's first look at the Group: its export may not include them.
    func late() async throws -> [String] {
        let run = run.id
        return try await store.read { try $0.pullProgress(run: run) }.keys
            .filter { $0.hasPrefix(Self.lateMark) }.map { String($0.dropFirst(Self.lateMark.count)) }.sorted()
    }

    /// Enrols single patients.
    func enroll(_ patients: [ResourceKey]) async throws {
        let run = run.id
        try await store.write { try $0.addToRoster(run: run, patients: patients) }
        await tally.rostered(Set(patients).count)
    }

    /// Enrols every staged patient, which is the roster without a Group.
    func enrollEverybody() async throws {
        let clinic = terms.clinic.name
        var last: ResourceKey?
        while true {
            let after = last
            let page = try await store.read {
                try $0.patients(ofSource: clinic, after: after, limit: Self.peopleAtOnce)
            }
            guard !page.isEmpty else { return }
            try await enroll(page)
            last = page.last
        }
    }

    /// Enrols patients whose waiting exchanges a restoration of the store cancelled, however the clinic lists them now.
    func enrollForgotten() async throws {
        let run = run
        try await store.write { try $0.addForgotten(toRosterOf: run) }
    }

    /// Passes on the ids of those whose Patient is staged, a page at a time: they have to be fetched one by one,
    /// because their staged data predates the restore.
    func forEachForgotten(_ fetch: ([String]) async throws -> Void) async throws {
        let run = run
        var last: ResourceKey?
        repeat {
            let after = last
            let (end, ids) = try await store.read { reader in
                let page = try reader.forgotten(inRosterOf: run, after: after, limit: Self.peopleAtOnce)
                return (page.last, try page.compactMap { try reader.staged($0)?.id })
            }
            if !ids.isEmpty { try await fetch(ids) }
            last = end
        } while last != nil
    }

    /// Enrols the patients of the job's previous whole-roster run: an export of changes does not enrol patients who did
    /// not change, though their coverage or consent may have.
    ///
    /// If a Group does not name its members, one who has left is noticed only by the next export of everything.
    func enrollThoseBefore() async throws {
        let (job, id) = (run.job, run.id)
        guard let before = try await store.read({ try $0.lastRun(ofJob: job, in: [.complete, .partial]) }) else {
            return
        }
        for try await group in RosterWalk(store: store, run: before.id) {
            try await store.write { try $0.addToRoster(run: id, patients: Array(group)) }
        }
    }

    /// The ids of the roster's patients whose Patient is staged.
    func people() async throws -> [String] {
        var ids: [String] = []
        for try await group in RosterWalk(store: store, run: run.id) {
            ids += try await store.read { reader in try group.compactMap { try reader.staged($0)?.id } }
        }
        return ids
    }

    /// Counts the patients whom the export of a Group enrolled while it was staged.
    func countEnrolled() async throws {
        await tally.rostered(try await enrolled().count)
    }

    /// The ids of patients in the roster who were not completely staged when the previous export was made (BLK-08);
    /// `group` are the members whom the Group names. Of whom nothing is staged, nothing has come that could wait.
    func newcomers(since: Instant, of group: [String]?) async throws -> [String] {
        let (run, source, scope) = (run.id, terms.clinic.name, PullScope.patients(terms.selection))
        let named = Dictionary((group ?? []).map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
        var found: [String] = []
        var last: ResourceKey?
        repeat {
            let after = last
            let (end, ids) = try await store.read { reader in
                let page = try reader.newcomers(
                    inRosterOf: run, since: since, source: source, scope: scope, after: after,
                    limit: Self.peopleAtOnce)
                return (page.last, try page.compactMap { try named[$0] ?? id(of: $0, reader) })
            }
            found += ids
            last = end
        } while last != nil
        return found
    }

    /// The id of a patient, by the Patient or by anything else that is staged: of who joins, an export of changes may
    /// hold an Observation, and no Patient.
    private func id(of patient: ResourceKey, _ reader: any StoreReader) throws -> String? {
        if let staged = try reader.staged(patient) { return staged.id }
        for record in try reader.compartment(of: patient) {
            guard let owner = (try? ResourceScan.scan(record.bytes))?.patient,
                case .local("Patient", let id, _) = Reference(parsing: owner).relative(to: terms.clinic.base),
                key(id) == patient
            else { continue }
            return id
        }
        return nil
    }

    private func enrolled() async throws -> Set<ResourceKey> {
        let run = run.id
        var found: Set<ResourceKey> = []
        var last: ResourceKey?
        repeat {
            let after = last
            let page = try await store.read { try $0.roster(run: run, after: after, limit: Self.peopleAtOnce) }
            found.formUnion(page)
            last = page.last
        } while last != nil
        return found
    }

    private func key(_ patient: String) -> ResourceKey {
        identities.key(source: terms.clinic.name, type: "Patient", id: patient)
    }
}
