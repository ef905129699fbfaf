/// The syntax of a plain word that looks like a number.
enum NumberSyntax {
    /// A JSON number (RFC 8259 §6): it can be passed on exactly as written.
    case json
    /// A word that one YAML reader takes for a number and another does not: `007`, `+1`, `0x1F`, `.5`, `1_000`.
    case ambiguous

    /// The syntax of `text`, or nil when nobody would take it for a number.
    init?(_ text: String) {
        if Self.isJSON(text) {
            self = .json
        } else if Self.looksNumeric(text) {
            self = .ambiguous
        } else {
            return nil
        }
    }

    private static func isJSON(_ text: String) -> Bool {
        var rest = text.utf8[...]
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        guard let integer = takeDigits(&rest), integer.count == 1 || integer.first != UInt8(ascii: "0") else {
            return false
        }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard takeDigits(&rest) != nil else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
            guard takeDigits(&rest) != nil else { return false }
        }
        return rest.isEmpty
    }

    /// The digits at the front, removed from `rest`; nil when there are none.
    private static func takeDigits(_ rest: inout Substring.UTF8View) -> Substring.UTF8View? {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest[digits.endIndex...]
        return digits.isEmpty ? nil : digits
    }

    private static func looksNumeric(_ text: String) -> Bool {
        var word = text.lowercased()[...]
        if word.first == "+" || word.first == "-" { word.removeFirst() }
        if word == ".inf" || word == ".nan" { return true }
        if word.hasPrefix("0x") { return word.dropFirst(2).allSatisfy { $0.isHexDigit || $0 == "_" } }
        if word.hasPrefix("0o") { word = word.dropFirst(2) }
        guard word.contains(where: { ("0"..."9").contains($0) }) else { return false }
        let mantissa = word.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)[0]
        let exponent = word.dropFirst(mantissa.count + 1)
        return mantissa.filter { $0 == "." }.count <= 1
            && mantissa.allSatisfy { ("0"..."9").contains($0) || $0 == "." || $0 == "_" }
            && !mantissa.isEmpty
            && (mantissa.count == word.count || exponent.contains { ("0"..."9").contains($0) })
            && exponent.allSatisfy { ("0"..."9").contains($0) || $0 == "+" || $0 == "-" }
    }
}
