import FHIR
import PDex

/// Forgets what the clinic deleted, and keeps what is needed to take it back from the payer (BLK-34, WR-20).
struct Deletion: Sendable {
    let payer: String
    let run: String

    /// Forgets the resources; of a patient whom the payer knows, the last content is kept, and the run looks at the
    /// patient though nothing else may lead there any more.
    func delete(_ keys: [ResourceKey], at now: Instant, _ writer: any StoreWriter) throws {
        for key in keys {
            guard let staged = try writer.staged(key), let owner = staged.type == "Patient" ? key : staged.patient,
                try PayerHoldings.arePossible(of: owner, payer: payer, writer)
            else { continue }
            try writer.supersede([key], until: now)
            try writer.addToRoster(run: run, patients: [owner])
        }
        try writer.unstage(keys)
    }
}
