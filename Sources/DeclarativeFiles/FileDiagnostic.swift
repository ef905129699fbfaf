/// One thing wrong with a declarative file: where it is, what it is, and what was probably meant.
///
/// Printed as `jobs/x.yaml:12:5: unknown key 'schedul' — did you mean 'schedule'?`.
public struct FileDiagnostic: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file, as it was named when it was read.
    public let path: String
    /// The place in the file; nil when the whole file is meant.
    public let position: Position?
    /// What is wrong, in words for the person who wrote the file.
    public let message: String
    /// The word that was probably meant, if one is close enough.
    public let suggestion: String?

    /// A diagnostic.
    public init(path: String, position: Position?, message: String, suggestion: String? = nil) {
        self.path = path
        self.position = position
        self.message = message
        self.suggestion = suggestion
    }

    /// The line that editors and people can follow: `file:line:column: message`.
    public var description: String {
        let place = position.map { "\(path):\($0.line):\($0.column): " } ?? "\(path): "
        return place + message + (suggestion.map { " — did you mean '\($0)'?" } ?? "")
    }
}
