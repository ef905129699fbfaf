import Logging
import Synchronization

/// What was logged: level, event and fields.
final class LogLines: Sendable {
    /// One line.
    struct Line: Sendable {
        let level: Logger.Level
        let event: String
        let fields: [String: String]
    }

    private let kept = Mutex<[Line]>([])

    /// Everything so far.
    var all: [Line] { kept.withLock { $0 } }

    /// What the lines of an event tell beside it.
    func metadata(of event: String) -> [Logger.Metadata] {
        kept.withLock { $0.filter { $0.event == event }.map { $0.fields.mapValues { "\($0)" } } }
    }

    /// A logger whose lines are kept here, whatever their level.
    var logger: Logger {
        var logger = Logger(label: "tests") { _ in Handler(lines: self) }
        logger.logLevel = .debug
        return logger
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        init(lines: LogLines) { self.lines = lines }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let line = Line(
                level: event.level, event: "\(event.message)", fields: all.mapValues { "\($0)" })
            lines.kept.withLock { $0.append(line) }
        }
    }
}
