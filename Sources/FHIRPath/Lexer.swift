/// Cuts an expression into tokens.
struct Lexer {
    /// Longer expressions are refused.
    static let maximumLength = 8_192

    private let characters: [Character]
    private var position = 0

    init(_ text: String) throws(PathError) {
        guard text.utf8.count <= Self.maximumLength else {
            throw PathError("the expression is longer than \(Self.maximumLength) bytes", column: 1)
        }
        characters = Array(text)
    }

    /// All tokens; the last one is the end.
    mutating func tokens() throws(PathError) -> [Token] {
        var tokens: [Token] = []
        while true {
            try skipBlanksAndComments()
            let column = position + 1
            guard let next = peek() else {
                tokens.append(Token(kind: .end, column: column))
                return tokens
            }
            tokens.append(Token(kind: try kind(startingWith: next), column: column))
        }
    }

    private mutating func kind(startingWith next: Character) throws(PathError) -> Token.Kind {
        switch next {
        case "'":
            return .string(try quoted(by: "'"))
        case "`", "\"":
            return .name(try quoted(by: next), quoted: true)
        case "@":
            return .moment(try moment())
        case "%":
            position += 1
            if let quote = peek(), quote == "'" || quote == "`" { return .variable(try quoted(by: quote)) }
            return .variable(try required(name(), "a name after %"))
        case "$":
            position += 1
            return .special(try required(name(), "this or index after $"))
        case _ where Self.isDigit(next):
            return .number(number())
        case _ where Self.startsName(next):
            return .name(name(), quoted: false)
        default:
            return .sign(try sign())
        }
    }

    private mutating func required(_ name: String, _ what: String) throws(PathError) -> String {
        guard !name.isEmpty else { throw PathError("\(what) is missing", column: position + 1) }
        return name
    }

    private mutating func sign() throws(PathError) -> String {
        let start = position
        let pair = String(characters[start..<min(start + 2, characters.count)])
        if ["<=", ">=", "!=", "!~"].contains(pair) {
            position += 2
            return pair
        }
        let single = String(characters[start])
        guard "()[]{}.,=~<>|&+-*/".contains(single) else {
            throw PathError("the character '\(single)' has no meaning here", column: start + 1)
        }
        position += 1
        return single
    }

    private mutating func name() -> String {
        let start = position
        while let next = peek(), Self.startsName(next) || Self.isDigit(next) { position += 1 }
        return String(characters[start..<position])
    }

    private mutating func number() -> String {
        let start = position
        skipDigits()
        if peek() == ".", position + 1 < characters.count, Self.isDigit(characters[position + 1]) {
            position += 1
            skipDigits()
        }
        return String(characters[start..<position])
    }

    private mutating func skipDigits() {
        while let next = peek(), Self.isDigit(next) { position += 1 }
    }

    private mutating func moment() throws(PathError) -> PathMoment {
        let column = position + 1
        position += 1
        let start = position
        while let next = peek(), Self.isDigit(next) || "-:TZ+.".contains(next) {
            // A full stop belongs to the moment only when a digit of a fraction follows.
            if next == ".", position + 1 >= characters.count || !Self.isDigit(characters[position + 1]) {
                break
            }
            position += 1
        }
        guard let moment = PathMoment(String(characters[start..<position])) else {
            throw PathError("this is not a date or time that exists", column: column)
        }
        return moment
    }

    private mutating func quoted(by quote: Character) throws(PathError) -> String {
        let column = position + 1
        position += 1
        var text = ""
        while let next = peek() {
            position += 1
            if next == quote { return text }
            text.append(next == "\\" ? try escaped() : next)
        }
        throw PathError("the closing \(quote) is missing", column: column)
    }

    private mutating func escaped() throws(PathError) -> Character {
        let column = position
        guard let next = peek() else { throw PathError("the escape is not finished", column: column) }
        position += 1
        switch next {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "f": return "\u{c}"
        case "\\", "'", "\"", "`", "/": return next
        case "u":
            let end = min(position + 4, characters.count)
            let digits = String(characters[position..<end])
            guard digits.count == 4, let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
                throw PathError("\\u needs four hexadecimal digits of a character", column: column)
            }
            position = end
            return Character(scalar)
        default:
            throw PathError("'\\\(next)' is not an escape of FHIRPath", column: column)
        }
    }

    private mutating func skipBlanksAndComments() throws(PathError) {
        while let next = peek() {
            if next.isWhitespace {
                position += 1
            } else if next == "/", follows("/") {
                while peek().map({ !$0.isNewline }) ?? false { position += 1 }
            } else if next == "/", follows("*") {
                let column = position + 1
                position += 2
                while !(peek() == "*" && follows("/")) {
                    guard peek() != nil else { throw PathError("the comment is not closed", column: column) }
                    position += 1
                }
                position += 2
            } else {
                return
            }
        }
    }

    private func peek() -> Character? {
        position < characters.count ? characters[position] : nil
    }

    private func follows(_ character: Character) -> Bool {
        position + 1 < characters.count && characters[position + 1] == character
    }

    /// Decided by the character's only byte: a range of characters would also hold letters and digits with a combining
    /// mark.
    private static func startsName(_ character: Character) -> Bool {
        switch byte(character) {
        case UInt8(ascii: "_"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: false
        }
    }

    private static func isDigit(_ character: Character) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte(character)
    }

    /// The only byte of a character, 0 when it has more.
    private static func byte(_ character: Character) -> UInt8 {
        character.utf8.count == 1 ? character.utf8.first ?? 0 : 0
    }
}
