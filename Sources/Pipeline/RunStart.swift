import FHIR
import PDex

/// When a run was first opened, by the clock: a scheduled run fires for a tick that may be long past then. Kept until the
/// run ends.
enum RunStart {
    /// The unit under which it is kept as progress of the run.
    private static let unit = "began"

    /// Keeps it, of a run that was opened in this transaction.
    static func keep(_ instant: Instant, of run: String, _ writer: any StoreWriter) throws {
        try writer.recordProgress(run: run, unit: unit, cursor: String(instant.milliseconds))
    }

    /// The instant, or the one for which the run fired where none is kept.
    static func instant(of run: Run, _ reader: any StoreReader) throws -> Instant {
        let kept = try reader.pullProgress(run: run.id, unit: unit).flatMap { Int64($0) }
        return kept.map { Instant(milliseconds: $0) } ?? run.instant
    }
}
