import FHIR

/// For how long a server is left alone, by a clock that may be set: never for longer than was asked.
struct Pause: Sendable {
    /// Longer than this, in seconds, nobody is left alone: one wrong date must not stop a process for years.
    static let longestSeconds = 3600.0

    private var began: Instant
    private let seconds: Double

    init(seconds: Double, from now: Instant) {
        began = now
        self.seconds = min(seconds, Self.longestSeconds)
    }

    /// How many seconds are left; nil when it is over.
    ///
    /// A clock that was set back says that the pause has yet to begin: then it begins now.
    mutating func left(at now: Instant) -> Double? {
        began = min(began, now)
        let left = seconds - (now - began) / .seconds(1)
        return left > 0 ? left : nil
    }
}
