import FHIR
import PDex

/// Stages what arrives from one source: scans it, indexes shared resources, and writes large transactions.
struct Intake: Sendable {
    let stager: Stager
    let store: any Store
    let tally: PullTally
    let clock: any WallClock
    /// The run in which to enrol the patients of staged resources; nil when its roster is determined otherwise.
    var enrolls: String?
    /// Remembers references to resources that are not staged; nil where those are fetched otherwise or come along.
    var wants: SharedWants?
    /// Remembers what came; nil where it does not matter what did not come.
    var seen: SeenArrivals?
    /// The run that records that a consent was unreadable or did not name its patient; nil where the server was asked
    /// for the consents of one patient.
    var doubts: String?
    /// Acts on objections in the clinic's consents, in the transaction that stages them; nil where none come.
    var revocation: Revocation?
    let observer: @Sendable (RunEvent) -> Void

    /// The current time.
    var now: Instant { clock.now() }

    /// Stages the lines of a batch; `beforehand`, `afterwards` and `whenWhole` run in the same transaction, the last
    /// one unless a line was refused. `afterwards` receives the result of `beforehand`.
    ///
    /// A consent that does not name its patient counts as `owner`'s, for whom the server returned it. Returns how many
    /// lines were refused; each is counted in the tally.
    @discardableResult
    func stage(
        _ lines: LineBatch, expecting type: String?, of owner: ResourceKey? = nil,
        whenWhole: @escaping @Sendable (any StoreWriter) throws -> Void = { _ in },
        beforehand: @escaping @Sendable (any StoreWriter, StagingBatch) throws -> ConcernedMembers = { _, _ in
            ConcernedMembers()
        },
        afterwards: @escaping @Sendable (any StoreWriter, ConcernedMembers) throws -> Void = { _, _ in }
    ) async throws -> Int {
        let (batch, refused) = prepare(lines, expecting: type, of: owner)
        let identifiers = identifiers(in: batch)
        let references = wants?.references(in: batch) ?? []
        let outcome = try await store.write { writer in
            let affected = try beforehand(writer, batch)
            let objectors = try revocation.map { _ in try Self.consenting(batch, writer) } ?? []
            let outcome = try writer.stage(batch)
            if !objectors.isEmpty { try revocation?.follow(consentsAtClinicOf: objectors, at: clock.now(), writer) }
            if !affected.isEmpty { try afterwards(writer, affected) }
            for (key, found) in identifiers { try writer.identify(key, by: found) }
            try wants?.remember(references, writer)
            if let enrolls { try writer.addToRoster(run: enrolls, patients: Self.patients(of: batch)) }
            if let doubts, Self.isDoubtful(batch, refused, of: type) {
                try writer.recordProgress(run: doubts, unit: Self.doubtfulConsents, cursor: "1")
            }
            if refused.isEmpty { try whenWhole(writer) }
            return outcome
        }
        wants?.settle(references, batch)
        seen?.insert(outcome)
        await tally.received(resources: lines.lines.count, bytes: lines.bytes.count, staged: outcome.count)
        for (code, count) in refused { await tally.refused(code, count) }
        if let name = type ?? batch.rows.first?.type, ResourceTypes.contains(name) {
            observer(.pulled(type: name, resources: batch.rows.count, bytes: lines.bytes.count))
        }
        return refused.values.reduce(0, +)
    }

    /// The mark of a run that received a consent that is unreadable or names no patient.
    static let doubtfulConsents = "consents in doubt"

    private static func isDoubtful(_ batch: StagingBatch, _ refused: [FaultCode: Int], of type: String?) -> Bool {
        (type == "Consent" || type == nil) && !refused.isEmpty
            || batch.rows.contains { $0.type == "Consent" && $0.patient == nil }
    }

    /// The people whose consents the batch changes: those whose they are now, and those whose they were before.
    static func consenting(_ batch: StagingBatch, _ writer: any StoreWriter) throws -> Set<ResourceKey> {
        var people: Set<ResourceKey> = []
        for row in batch.rows where row.type == "Consent" {
            let before = try writer.staged(row.key)
            guard before?.contentHash != row.contentHash else { continue }
            people.formUnion([row.patient, before?.patient].compactMap(\.self))
        }
        return people
    }

    private static func patients(of batch: StagingBatch) -> [ResourceKey] {
        Array(Set(batch.rows.compactMap { $0.type == "Patient" ? $0.key : $0.patient }))
    }

    private func prepare(
        _ lines: LineBatch, expecting type: String?, of owner: ResourceKey?
    ) -> (StagingBatch, [FaultCode: Int]) {
        var batch = StagingBatch(source: stager.source)
        var refused: [FaultCode: Int] = [:]
        var patients = PatientKeys()
        batch.rows.reserveCapacity(lines.lines.count)
        let now = now
        lines.bytes.withUnsafeBytes { bytes in
            for range in lines.lines {
                let verdict = stager.row(
                    bytes, at: range, expecting: type, consentsOf: owner, now: now, patients: &patients)
                switch verdict {
                case .row(let row): batch.rows.append(row)
                case .refused(let code): refused[code, default: 0] += 1
                }
            }
        }
        batch.bytes = lines.bytes
        return (batch, refused)
    }

    /// The business identifiers of shared resources, so that conditional references find them (RD-16).
    private func identifiers(in batch: StagingBatch) -> [(ResourceKey, [Int64])] {
        batch.rows.compactMap { row in
            guard SharedTypes.contains(row.type),
                let resource = try? Resource(parsing: Array(batch.bytes[row.range]))
            else { return nil }
            let found = (resource["identifier"]?.elements ?? []).compactMap(Identifier.init)
            let keys = found.compactMap { identifier in
                identifier.value.map {
                    stager.identities.identifierKey(
                        source: stager.source, type: row.type, system: identifier.system, value: $0)
                }
            }
            return (row.key, keys)
        }
    }
}
