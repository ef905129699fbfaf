import FoundationEssentials

extension Evaluator {
    /// `encode`, `decode`, `escape` and `unescape`; nothing for a text that is not in the format.
    mutating func recoded(
        _ function: PathFunction, _ input: [PathValue], _ node: PathNode, _ column: Int, _ scope: Scope
    ) throws(PathError) -> [PathValue] {
        guard let text = try onlyText(input, function, column), let format = try argument(node, function, column, scope)
        else { return [] }
        let known = function == .encode || function == .decode ? ["base64", "hex", "urlbase64"] : ["html", "json"]
        guard known.contains(format) else {
            throw PathError(
                "\(function.rawValue)() knows the formats \(known.joined(separator: ", "))", column: column,
                unknownWord: format, knownWords: known)
        }
        try spend(text.utf8.count / 8)
        let result: String? =
            switch function {
            case .encode: Recoding.encoded(text, format)
            case .decode: Recoding.decoded(text, format)
            case .escape: Recoding.escaped(text, format)
            default: Recoding.unescaped(text, format)
            }
        return try result.map { text throws(PathError) in [try made(text, column)] } ?? []
    }
}
