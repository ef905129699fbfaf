import FHIR

/// Writes a command's results to stdout, for people or for programs.
struct Results: Sendable {
    let format: OutputFormat
    let isColoured: Bool

    /// One result: `text` for people, `json` for programs.
    func write(_ json: JSONValue, text: @autoclosure () -> String) {
        switch format {
        case .text: line(text())
        case .json: line(json.serialized(pretty: true))
        case .jsonl: line(String(decoding: json.serialized(), as: UTF8.self))
        }
    }

    /// A list of results: a table for people; for programs one array, or one object per line.
    func write(list: [JSONValue], text: @autoclosure () -> String) {
        guard format == .jsonl else { return write(.array(list), text: text()) }
        for item in list { line(String(decoding: item.serialized(), as: UTF8.self)) }
    }

    /// `text`, bold on a terminal.
    func strong(_ text: String) -> String {
        isColoured ? "\u{1B}[1m\(text)\u{1B}[0m" : text
    }

    private func line(_ text: String) {
        Terminal.write(text.hasSuffix("\n") ? text : text + "\n", to: 1)
    }
}
