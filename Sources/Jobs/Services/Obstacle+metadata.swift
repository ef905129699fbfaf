import Logging
import PDex

extension Obstacle {
    /// What a line of the log says of it: nothing that is a member's, and no secret.
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["fault": "\(code.rawValue)", "message": "\(message)"]
        metadata["server"] = server.map { "\($0)" }
        return metadata
    }
}
