import FHIR
import PDexTesting

extension ManualClock {
    /// Stands at half past nine on the second of March 2026, UTC.
    convenience init() { self.init(Instant(seconds: 1_772_443_800)) }
}
