import FHIR
import PDexTesting

extension ManualClock {
    /// Stands at the beginning of 2026.
    convenience init() { self.init(Instant(seconds: 1_767_225_600)) }
}
