import FHIR
import PDex

/// Stages what arrives from one source: scans, indexes shared resources, writes in large transactions.
struct Intake: Sendable {
    let stager: Stager
    let store: any Store
    let tally: PullTally
    let clock: any WallClock
    let observer: @Sendable (RunEvent) -> Void

    /// The present.
    var now: Instant { clock.now() }

    /// Stages the lines of a batch; `beforehand` and `whenWhole` run in the same transaction, the latter unless a line
    /// was refused.
    ///
    /// Returns how many lines were refused; each is counted in the tally.
    @discardableResult
    func stage(
        _ lines: LineBatch, expecting type: String?,
        whenWhole: @escaping @Sendable (any StoreWriter) throws -> Void = { _ in },
        beforehand: @escaping @Sendable (any StoreWriter, StagingBatch) throws -> Void = { _, _ in }
    ) async throws -> Int {
        let (batch, refused) = prepare(lines, expecting: type)
        let identifiers = identifiers(in: batch)
        let count = try await store.write { writer in
            try beforehand(writer, batch)
            let count = try writer.stage(batch)
            for (key, found) in identifiers { try writer.identify(key, by: found) }
            if refused.isEmpty { try whenWhole(writer) }
            return count
        }
        await tally.received(resources: lines.lines.count, bytes: lines.bytes.count, staged: count)
        for (code, count) in refused { await tally.refused(code, count) }
        if let name = type ?? batch.rows.first?.type, ResourceTypes.contains(name) {
            observer(.pulled(type: name, resources: batch.rows.count, bytes: lines.bytes.count))
        }
        return refused.values.reduce(0, +)
    }

    private func prepare(_ lines: LineBatch, expecting type: String?) -> (StagingBatch, [FaultCode: Int]) {
        var batch = StagingBatch(source: stager.source)
        var refused: [FaultCode: Int] = [:]
        var patients = PatientKeys()
        batch.rows.reserveCapacity(lines.lines.count)
        lines.bytes.withUnsafeBytes { bytes in
            for range in lines.lines {
                switch stager.row(bytes, at: range, expecting: type, patients: &patients) {
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
