import FHIR

/// A path of element names, followed through every repetition.
struct ElementPath: Sendable, Hashable {
    private let names: [String]

    /// Reads `participant.individual`.
    init(_ text: String) {
        names = text.split(separator: ".").map(String.init)
    }

    /// Every value at the path.
    func values(in tree: JSONValue) -> [JSONValue] {
        names.reduce([tree]) { found, name in
            found.flatMap { $0[name]?.elements ?? [] }
        }
    }

    /// The text of every reference at the path.
    func references(in tree: JSONValue) -> [String] {
        values(in: tree).compactMap { $0["reference"]?.string }
    }
}
