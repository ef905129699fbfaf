import FHIR

/// How long a server is left alone, by a clock that may be set back: never for longer than it asked.
struct Pause: Sendable {
    /// The longest pause, in seconds: one wrong date must not stop a process for years.
    static let longestSeconds = 3600.0

    private var began: Instant
    private let seconds: Double

    init(seconds: Double, from now: Instant) {
        began = now
        self.seconds = min(seconds, Self.longestSeconds)
    }

    /// How many seconds are left; nil when it is over.
    ///
    /// When the clock was set back to before the pause began, the pause begins now.
    mutating func left(at now: Instant) -> Double? {
        began = min(began, now)
        let left = seconds - (now - began) / .seconds(1)
        return left > 0 ? left : nil
    }
}
