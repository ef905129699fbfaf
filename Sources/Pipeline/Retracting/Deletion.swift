import FHIR
import PDex

/// Unstages what the clinic deleted, keeping what is needed to take it back from every payer that has it (BLK-34,
/// WR-20).
struct Deletion: Sendable {
    let payer: String
    let run: String
    let stager: Stager

    /// Unstages the resources, but keeps their last content if a payer knows the patient. Patients whom the run's own
    /// payer knows join its roster, since nothing else may lead there any more, even where another job's run unstaged
    /// the resource before.
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

    /// The patient whose it is, or was when it was unstaged.
    private func owner(of key: ResourceKey, _ reader: any StoreReader) throws -> ResourceKey? {
        if let staged = try reader.staged(key) { return staged.type == "Patient" ? key : staged.patient }
        guard let last = try reader.history(of: key).last, let scan = try? ResourceScan.scan(last.bytes) else {
            return nil
        }
        return scan.type == "Patient" ? key : scan.patient.flatMap(stager.key)
    }
}

extension StoreReader {
    /// The payers to which any data of a patient was or may have been sent.
    fileprivate func payers(knowing patient: ResourceKey) throws -> Set<String> {
        let asked = try exchanges(matching: ExchangeFilter(member: patient), limit: PayerHoldings.mostExchanges)
        return try Set(asked.map(\.payer)).filter { try PayerHoldings.arePossible(of: patient, payer: $0, self) }
    }
}
