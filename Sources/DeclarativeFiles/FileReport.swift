/// Collects what is wrong with one or many files, so that a person can fix everything in one go.
public struct FileReport: Sendable {
    /// What was reported so far, in the order it was found.
    public private(set) var diagnostics: [FileDiagnostic] = []

    /// A report with nothing in it yet.
    public init() {}

    /// Whether nothing was reported.
    public var isEmpty: Bool { diagnostics.isEmpty }

    /// Reports that `node` is wrong.
    public mutating func report(_ message: String, at node: DeclarativeNode, suggestion: String? = nil) {
        report(message, path: node.path, position: node.position, suggestion: suggestion)
    }

    /// Reports that something in the file `path` is wrong, at `position` when it has one.
    public mutating func report(_ message: String, path: String, position: Position?, suggestion: String? = nil) {
        diagnostics.append(FileDiagnostic(path: path, position: position, message: message, suggestion: suggestion))
    }

    /// Takes over diagnostics that were found elsewhere, such as by reading one of several files.
    public mutating func report(_ found: FileDiagnostics) {
        diagnostics += found.all
    }

    /// Throws everything that was reported, if anything was.
    public func throwIfAny() throws(FileDiagnostics) {
        if !diagnostics.isEmpty { throw FileDiagnostics(diagnostics) }
    }
}
