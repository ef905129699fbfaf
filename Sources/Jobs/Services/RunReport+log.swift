import Logging
import PDex
import Pipeline

extension RunReport {
    /// What is not complete is worth a look.
    var logLevel: Logger.Level { state == .complete ? .info : .warning }

    /// Which run it was and how it ended; of one that is not complete also how much is parked, waits or is missing.
    var logFields: Logger.Metadata {
        var fields: Logger.Metadata = ["job": "\(job)", "run": "\(run)", "state": "\(state.rawValue)"]
        guard state != .complete else { return fields }
        fields["parked"] = "\(exchanges.parked.values.reduce(0, +))"
        fields["retrying"] = "\(exchanges.retrying)"
        let problems = problems.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
        if !problems.isEmpty { fields["problems"] = "\(problems.joined(separator: ", "))" }
        return fields
    }
}
