extension DeclarativeNode {
    /// The text written here; a bare number or `true` is reported, because its author may have meant either.
    public func string(_ report: inout FileReport) -> String? {
        guard case .scalar(let text, let isPlain) = content, !isNull else {
            reportExpected("text", &report)
            return nil
        }
        if isPlain, NumberSyntax(text) != nil || text == "true" || text == "false" {
            report.report("\(name) must be text, found \(kind); if it is text, write \"\(text.prefix(20))\"", at: self)
            return nil
        }
        return text
    }

    /// The whole number written here, if it lies in `range`.
    public func int(in range: ClosedRange<Int> = Int.min...Int.max, _ report: inout FileReport) -> Int? {
        guard case .scalar(let text, isPlain: true) = content, case .json? = NumberSyntax(text) else {
            reportExpected("a whole number", &report)
            return nil
        }
        guard let number = Int(text) else {
            report.report("\(name) must be a whole number, found \(text.prefix(20))", at: self)
            return nil
        }
        guard range.contains(number) else {
            report.report("\(name) must be from \(range.lowerBound) to \(range.upperBound), found \(number)", at: self)
            return nil
        }
        return number
    }

    /// `true` or `false`; nothing else, so that `yes` or `off` is not taken for something that it may not mean.
    public func bool(_ report: inout FileReport) -> Bool? {
        if case .scalar("true", isPlain: true) = content { return true }
        if case .scalar("false", isPlain: true) = content { return false }
        reportExpected("true or false", &report)
        return nil
    }

    /// The elements of the list written here.
    public func list(_ report: inout FileReport) -> [DeclarativeNode]? {
        guard case .list(let elements) = content else {
            reportExpected("a list, [like, this] or one '- ' a line", &report)
            return nil
        }
        return elements
    }

    /// The elements of the list written here, or what is written here alone as a list of one.
    public func listOrOne(_ report: inout FileReport) -> [DeclarativeNode]? {
        if case .scalar = content, !isNull { return [self] }
        return list(&report)
    }

    /// The texts of the list written here; each element that is not text is reported and left out.
    public func strings(_ report: inout FileReport) -> [String]? {
        guard let elements = list(&report) else { return nil }
        var texts: [String] = []
        for element in elements {
            if let text = element.string(&report) { texts.append(text) }
        }
        return texts
    }

    /// The word of `type` that is written here.
    public func choice<T: RawRepresentable & CaseIterable>(
        _ type: T.Type, _ report: inout FileReport
    ) -> T? where T.RawValue == String {
        guard let word = string(&report) else { return nil }
        if let choice = T(rawValue: word) { return choice }
        let words = T.allCases.map(\.rawValue)
        report.report(
            "\(name) must be one of \(words.joined(separator: ", ")), found '\(word.prefix(64))'",
            at: self, suggestion: Suggestion.closest(to: word, among: words))
        return nil
    }

    /// The text written here, reported where it is not one of `words`, each of which is `what` (such as "a country").
    ///
    /// It is returned all the same, so that whatever refers to it is not reported as well.
    public func word(among words: [String], called what: String, _ report: inout FileReport) -> String? {
        guard let word = string(&report) else { return nil }
        if !words.contains(word) {
            report.report(
                "'\(word.prefix(64))' is not \(what)", at: self,
                suggestion: Suggestion.closest(to: word, among: words))
        }
        return word
    }
}
