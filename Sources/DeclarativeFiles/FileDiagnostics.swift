/// Everything that is wrong with the files that were read, at once; never empty.
public struct FileDiagnostics: Error, Sendable, Hashable, CustomStringConvertible {
    /// The diagnostics by file, then by place in the file.
    public let all: [FileDiagnostic]

    /// Sorts `diagnostics` by file and place.
    public init(_ diagnostics: [FileDiagnostic]) {
        let start = Position(line: 0, column: 0)
        all = diagnostics.sorted {
            ($0.path, $0.position ?? start, $0.message) < ($1.path, $1.position ?? start, $1.message)
        }
    }

    /// One line for each diagnostic.
    public var description: String {
        all.map(\.description).joined(separator: "\n")
    }
}
