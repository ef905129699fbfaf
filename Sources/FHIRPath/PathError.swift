/// Why an expression cannot be read or finished; never carries a value of the resource.
public struct PathError: Error, Sendable, Hashable {
    /// What is wrong and what to do, in one sentence.
    public let message: String
    /// Where in the expression, counted in characters from 1.
    public let column: Int
    /// The unknown word, when the mistake may be one of spelling.
    public let unknownWord: String?
    /// The words that would be valid in its place.
    public let knownWords: [String]

    /// Says what is wrong at a column.
    public init(_ message: String, column: Int, unknownWord: String? = nil, knownWords: [String] = []) {
        self.message = message
        self.column = column
        self.unknownWord = unknownWord
        self.knownWords = knownWords
    }
}

extension PathError {
    /// The line of ``column`` in the expression, from 1.
    public func line(in text: String) -> Int {
        text.prefix(column - 1).count { $0.isNewline } + 1
    }

    /// The column within that line, from 1.
    public func columnOfLine(in text: String) -> Int {
        let before = text.prefix(column - 1)
        return before.count
            - (before.lastIndex { $0.isNewline }.map { before.distance(from: before.startIndex, to: $0) + 1 } ?? 0) + 1
    }
}

extension PathError: CustomStringConvertible {
    /// `column 12: unknown function 'exsts'`
    public var description: String { "column \(column): \(message)" }
}
