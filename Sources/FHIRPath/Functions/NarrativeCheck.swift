/// Whether a narrative keeps to the XHTML that FHIR allows (R4 §2.4.0): one `div`, well-formed, no scripts, no forms.
enum NarrativeCheck {
    private static let elements: Set<String> = [
        "a", "abbr", "acronym", "address", "b", "big", "blockquote", "br", "caption", "cite", "code", "col", "colgroup",
        "dd", "dfn", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p",
        "pre", "q", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
        "tr", "tt", "ul", "var",
    ]
    private static let maximumDepth = 256

    /// Reads the text once from start to end.
    static func holds(_ text: String) -> Bool {
        var rest = Substring(text.trimmingBlanks)
        var open: [Substring] = []
        var isStarted = false
        while let start = rest.firstIndex(of: "<") {
            if open.isEmpty, rest[..<start].contains(where: { !$0.isWhitespace }) { return false }
            rest = rest[start...].dropFirst()
            if rest.hasPrefix("!--") {
                guard let end = rest.dropFirst(3).firstRange(of: "-->") else { return false }
                rest = rest[end.upperBound...]
                continue
            }
            guard let end = tagEnd(rest) else { return false }
            let tag = rest[..<end]
            rest = rest[end...].dropFirst()
            if tag.first == "/" {
                guard open.popLast() == tag.dropFirst().prefix(while: { !$0.isWhitespace }) else { return false }
                continue
            }
            let name = tag.prefix { !$0.isWhitespace && $0 != "/" }
            guard elements.contains(String(name)), areAllowed(tag.dropFirst(name.count)) else { return false }
            if open.isEmpty {
                guard !isStarted, name == "div" else { return false }
                isStarted = true
            }
            if tag.last != "/" { open.append(name) }
            guard open.count < maximumDepth else { return false }
        }
        return isStarted && open.isEmpty && rest.allSatisfy(\.isWhitespace)
    }

    /// Where the `>` that ends a tag is; one in an attribute's value does not end it.
    private static func tagEnd(_ text: Substring) -> Substring.Index? {
        var quote: Character?
        for index in text.indices {
            switch (text[index], quote) {
            case (let character, let open?): if character == open { quote = nil }
            case ("\"", nil), ("'", nil): quote = text[index]
            case (">", nil): return index
            case ("<", nil): return nil
            default: continue
            }
        }
        return nil
    }

    /// No event handlers, and no links that run something.
    private static func areAllowed(_ attributes: Substring) -> Bool {
        for part in attributes.split(whereSeparator: \.isWhitespace) {
            let lower = part.lowercased()
            if lower.hasPrefix("on"), lower.contains("=") { return false }
            if lower.contains("javascript:") { return false }
        }
        return true
    }
}

extension String {
    fileprivate var trimmingBlanks: Substring {
        var text = self[...]
        while text.first?.isWhitespace ?? false { text = text.dropFirst() }
        while text.last?.isWhitespace ?? false { text = text.dropLast() }
        return text
    }
}
