import FHIR
import Logging
import PDex

/// Writes one JSON object per line to stderr: time, level, event and ids.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    private let label: String
    private let clock: any WallClock
    private let write: @Sendable (String) -> Void

    /// A handler for the logger called `label`.
    init(
        label: String, clock: any WallClock,
        write: @escaping @Sendable (String) -> Void = { Terminal.write($0, to: 2) }
    ) {
        self.label = label
        self.clock = clock
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line: JSONObject = [
            "ts": .string(clock.now().text), "level": .string(event.level.rawValue),
            "event": .string("\(event.message)"),
            "logger": .string(label),
        ]
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) { line[key] = .string("\(value)") }
        write(String(decoding: JSONValue.object(line).serialized(), as: UTF8.self) + "\n")
    }
}
