import FHIR
import PDex

/// Forgets what the clinic deleted, and keeps what is needed to take it back from every payer that has it (BLK-34, WR-20).
struct Deletion: Sendable {
    let payer: String
    let run: String
    let stager: Stager

    /// Forgets the resources; of a patient whom a payer knows, the last content is kept. The run looks at those whom its
    /// own payer knows, though nothing else may lead there any more: also where the run of another job forgot the resource
    /// before.
    func delete(_ keys: [ResourceKey], at now: Instant, _ writer: any StoreWriter) throws {
        var known: [ResourceKey: Set<String>] = [:]
        for key in keys {
            guard let owner = try owner(of: key, writer) else { continue }
            let payers = try known[owner] ?? writer.payers(knowing: owner)
            known[owner] = payers
            if !payers.isEmpty { try writer.supersede([key], until: now) }
            if payers.contains(payer) { try writer.addToRoster(run: run, patients: [owner]) }
        }
        try writer.unstage(keys)
    }

    /// Whose it is, or was when it was forgotten.
    private func owner(of key: ResourceKey, _ reader: any StoreReader) throws -> ResourceKey? {
        if let staged = try reader.staged(key) { return staged.type == "Patient" ? key : staged.patient }
        guard let last = try reader.history(of: key).last, let scan = try? ResourceScan.scan(last.bytes) else {
            return nil
        }
        return scan.type == "Patient" ? key : scan.patient.flatMap(stager.key)
    }
}

extension StoreReader {
    /// The payers that anything of a patient was ever sent to.
    fileprivate func payers(knowing patient: ResourceKey) throws -> Set<String> {
        let asked = try exchanges(matching: ExchangeFilter(member: patient), limit: PayerHoldings.mostExchanges)
        return try Set(asked.map(\.payer)).filter { try PayerHoldings.arePossible(of: patient, payer: $0, self) }
    }
}
