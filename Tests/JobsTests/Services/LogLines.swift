import Logging
import Synchronization

/// What a service writes to its log, line by line.
final class LogLines: Sendable {
    private let kept = Mutex<[(event: String, metadata: Logger.Metadata)]>([])

    /// A logger whose lines are kept here.
    var logger: Logger { Logger(label: "tests") { _ in Handler(lines: self) } }

    /// What the lines of an event tell beside it.
    func metadata(of event: String) -> [Logger.Metadata] {
        kept.withLock { $0.filter { $0.event == event }.map(\.metadata) }
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = (event: "\(event.message)", metadata: metadata.merging(event.metadata ?? [:]) { $1 })
            lines.kept.withLock { $0.append(line) }
        }
    }
}
