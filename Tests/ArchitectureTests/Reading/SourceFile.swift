import Foundation

/// A source file as the rules see it: its path, its text, and its code without comments and strings.
struct SourceFile: Sendable {
    /// A string literal and the line it starts on.
    struct Literal: Sendable {
        let line: Int
        let text: String

        /// What stands between `\\(` and `)`; up to the first closing parenthesis that fits.
        var interpolations: [String] {
            text.components(separatedBy: "\\(").dropFirst().map { rest in
                var depth = 0
                return String(
                    rest.prefix { character in
                        if character == "(" { depth += 1 }
                        if character == ")" { depth -= 1 }
                        return depth >= 0
                    })
            }
        }
    }

    /// From the root of the repository, such as `Sources/PDex/Model/Run.swift`.
    let path: String
    /// The lines as written.
    let lines: [Substring]
    /// The same lines with comments and the insides of string literals blanked.
    let code: [String]
    /// The string literals.
    let literals: [Literal]

    init(path: String, text: String) {
        var reader = SourceReader(text)
        reader.read()
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = String(decoding: reader.code, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        literals = reader.literals
    }

    /// The module of a file in `Sources`.
    var module: String? {
        let folders = path.split(separator: "/")
        return folders.first == "Sources" && folders.count > 2 ? String(folders[1]) : nil
    }

    /// The modules that the file imports, each with its line.
    var imports: [(line: Int, module: String)] {
        code.enumerated().compactMap { index, line in
            let words = line.split(separator: " ")
            guard let at = words.firstIndex(of: "import"), words[..<at].allSatisfy(Self.isImportAttribute) else {
                return nil
            }
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "let", "var", "typealias"]
            guard let name = words[(at + 1)...].first(where: { !kinds.contains($0) }) else { return nil }
            return (index + 1, String(name.prefix { $0 != "." && $0 != ";" }))
        }
    }

    /// Where `word` stands in the code, as `path:line`, without lines that hold `excuse`.
    func places(of word: String, unless excuse: String? = nil) -> [String] {
        code.enumerated().filter { _, line in
            line.contains(word) && !(excuse.map { line.contains($0) } ?? false)
        }.map { "\(path):\($0.offset + 1)" }
    }

    private static func isImportAttribute(_ word: Substring) -> Bool {
        word.hasPrefix("@") || ["public", "package", "internal", "fileprivate", "private"].contains(word)
    }
}
