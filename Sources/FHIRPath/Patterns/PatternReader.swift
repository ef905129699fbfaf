/// Reads a regular expression into a tree.
struct PatternReader {
    private static let maximumDepth = 32
    private static let maximumRepeat = 1_000

    private let scalars: [Unicode.Scalar]
    private let column: Int
    private var position = 0
    private var groups = 0
    private var depth = 0

    init(_ text: String, column: Int) {
        scalars = Array(text.unicodeScalars)
        self.column = column
    }

    mutating func read() throws(PathError) -> PatternTree {
        let tree = try either()
        guard position == scalars.count else { throw wrong("a ')' without its '('") }
        return tree
    }

    private mutating func either() throws(PathError) -> PatternTree {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw wrong("groups nested too deeply") }
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .either(branches)
    }

    private mutating func sequence() throws(PathError) -> PatternTree {
        var parts: [PatternTree] = []
        while let next = peek, next != "|", next != ")" {
            parts.append(try repetitions(of: try atom()))
        }
        return .sequence(parts)
    }

    private mutating func atom() throws(PathError) -> PatternTree {
        let next = scalars[position]
        position += 1
        switch next {
        case ".": return .step(.any)
        case "^": return .step(.start)
        case "$": return .step(.end)
        case "[": return .step(.set(try bracketed()))
        case "(": return try group()
        case "\\": return try escaped()
        case "*", "+", "?": throw wrong("a '\(next)' with nothing before it")
        default: return .step(.scalar(next.value))
        }
    }

    private mutating func group() throws(PathError) -> PatternTree {
        var number: Int?
        if take("?") {
            guard take(":") else { throw wrong("a group with '(?': only '(?:' is known") }
        } else {
            groups += 1
            number = groups
        }
        let inner = try either()
        guard take(")") else { throw wrong("a '(' without its ')'") }
        return number.map { .group(inner, $0) } ?? inner
    }

    private mutating func repetitions(of start: PatternTree) throws(PathError) -> PatternTree {
        var tree = start
        while let next = peek {
            let range: (Int, Int?)
            switch next {
            case "*": range = (0, nil)
            case "+": range = (1, nil)
            case "?": range = (0, 1)
            case "{":
                let before = position
                position += 1
                guard let counted = try counts() else {
                    position = before
                    guard case .step = tree else { throw wrong("a '{' that is no repetition") }
                    return tree
                }
                tree = .repeated(tree, counted.0, counted.1, isLazy: take("?"))
                continue
            default: return tree
            }
            position += 1
            tree = .repeated(tree, range.0, range.1, isLazy: take("?"))
        }
        return tree
    }

    private mutating func counts() throws(PathError) -> (Int, Int?)? {
        guard let least = digits() else { throw wrong("a '{' without a number") }
        var most: Int? = least
        if take(",") { most = digits() }
        guard take("}") else { throw wrong("a '{' without its '}'") }
        guard least <= Self.maximumRepeat, (most ?? 0) <= Self.maximumRepeat, most.map({ $0 >= least }) ?? true else {
            throw wrong("a repetition out of range")
        }
        return (least, most)
    }

    private mutating func digits() -> Int? {
        var number: Int?
        while let next = peek, ("0"..."9").contains(next), (number ?? 0) < 100_000 {
            number = (number ?? 0) * 10 + Int(next.value - 48)
            position += 1
        }
        return number
    }

    // MARK: Classes

    private mutating func escaped() throws(PathError) -> PatternTree {
        guard let next = peek else { throw wrong("an escape that is not finished") }
        if next == "b" || next == "B" {
            position += 1
            return .step(.wordBoundary(next == "b"))
        }
        if let set = namedSet() { return .step(.set(set)) }
        return .step(.scalar(try escapedScalar().value))
    }

    /// `\d` and the like; the position is after the backslash.
    private mutating func namedSet() -> ScalarSet? {
        guard let next = peek else { return nil }
        let isUpper = ("A"..."Z").contains(next)
        guard let letter = isUpper ? Unicode.Scalar(next.value + 32) : next, var set = ScalarSet.named(letter) else {
            return nil
        }
        position += 1
        set.isNegated = isUpper
        return set
    }

    private mutating func escapedScalar() throws(PathError) -> Unicode.Scalar {
        guard let next = peek else { throw wrong("an escape that is not finished") }
        position += 1
        switch next {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "f": return "\u{c}"
        case "v": return "\u{b}"
        case "u", "x":
            let width = next == "u" ? 4 : 2
            let digits = String(String.UnicodeScalarView(scalars[position..<min(position + width, scalars.count)]))
            guard digits.utf8.count == width, let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code)
            else { throw wrong("a '\\\(next)' without its digits") }
            position += width
            return scalar
        case "a"..."z", "A"..."Z", "0"..."9": throw wrong("'\\\(next)', which is not known")
        default: return next
        }
    }

    private mutating func bracketed() throws(PathError) -> ScalarSet {
        var set = ScalarSet()
        set.isNegated = take("^")
        var isFirst = true
        while let next = peek, next != "]" || isFirst {
            isFirst = false
            if next == "\\" {
                position += 1
                if let named = namedSet() {
                    if named.isNegated {
                        set.excluded.append(ScalarSet(ranges: named.ranges))
                    } else {
                        set.ranges += named.ranges
                    }
                    continue
                }
                position -= 1
            }
            let low = try member()
            guard peek == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
                set.ranges.append(low.value...low.value)
                continue
            }
            position += 1
            let high = try member()
            guard low.value <= high.value else { throw wrong("a range that runs backwards") }
            set.ranges.append(low.value...high.value)
        }
        guard take("]") else { throw wrong("a '[' without its ']'") }
        return set
    }

    private mutating func member() throws(PathError) -> Unicode.Scalar {
        if take("\\") { return try escapedScalar() }
        guard let next = peek else { throw wrong("a '[' without its ']'") }
        position += 1
        return next
    }

    // MARK: Characters

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }

    private func wrong(_ what: String) -> PathError {
        PathError("the pattern has \(what), near its character \(position)", column: column)
    }
}
