import ArgumentParser

/// How results are written to stdout.
enum OutputFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
    /// For people.
    case text
    /// One JSON document.
    case json
    /// One JSON object a line.
    case jsonl
}
