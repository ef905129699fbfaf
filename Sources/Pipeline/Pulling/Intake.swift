import FHIR
import PDex

/// Stages what arrives from one source: scans, indexes shared resources, writes in large transactions.
struct Intake: Sendable {
    let stager: Stager
    let store: any Store
    let tally: PullTally
    let clock: any WallClock
    /// The run that enrols the patients of what is staged; nil when others say who is in its roster.
    var enrolls: String?
    /// Keeps in mind what is referred to and not staged; nil where that is fetched otherwise, or comes along.
    var wants: SharedWants?
    /// Keeps in mind what came; nil where nobody asks what did not.
    var seen: SeenArrivals?
    /// The run that keeps in mind that a consent came which cannot be read, or does not say whose it is; nil where the
    /// server was asked for one patient's.
    var doubts: String?
    /// Follows what consents of the clinic object to, in the transaction that learns of it; nil where none come.
    var revocation: Revocation?
    let observer: @Sendable (RunEvent) -> Void

    /// The present.
    var now: Instant { clock.now() }

    /// Stages the lines of a batch; `beforehand`, `afterwards` and `whenWhole` run in the same transaction, the last
    /// unless a line was refused. What `beforehand` returns `afterwards` is given.
    ///
    /// A consent that does not say whose it is, is `owner`'s: of whom the server gave it out. Returns how many lines
    /// were refused; each is counted in the tally.
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

    /// The mark of a run to which a consent came that cannot be read, or is nobody's.
    static let doubtfulConsents = "consents in doubt"

    private static func isDoubtful(_ batch: StagingBatch, _ refused: [FaultCode: Int], of type: String?) -> Bool {
        (type == "Consent" || type == nil) && !refused.isEmpty
            || batch.rows.contains { $0.type == "Consent" && $0.patient == nil }
    }

    /// Whose consents the batch changes: those who have them now, and those who had them before.
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

    /// Business identifiers of shared resources, so that conditional references find them (RD-16).
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
