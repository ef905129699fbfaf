import Foundation
import Jobs

extension Schedule {
    /// The zone of every simulation.
    static var utc: TimeZone? { TimeZone(identifier: "UTC") }
}
