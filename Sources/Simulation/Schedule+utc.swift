import Foundation
import Jobs

extension Schedule {
    /// The time zone of every simulation.
    static var utc: TimeZone? { TimeZone(identifier: "UTC") }
}
