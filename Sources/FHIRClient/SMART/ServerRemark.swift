import FHIR

/// What a token endpoint says about its refusal, made safe for the screen of the person who asks (SBS-36).
///
/// A stranger's text may hold anything, even our assertion: only `pdex auth test` shows it, and no fault, log or store
/// ever holds it (decision 20).
public struct ServerRemark: Sendable, Hashable {
    /// The field of the answer, such as `error_description` (RFC 6749 §5.2).
    public let field: String
    /// At most ``longest`` printable characters; or why it is not shown.
    public let text: String

    /// The most characters that are shown.
    public static let longest = 200
    private static let maxBytes = 4096

    /// The remarks in an answer; `assertion` is what we sent.
    static func all(in response: HTTPResponse, hiding assertion: String) -> [ServerRemark] {
        guard response.body.count <= 64 << 10, let json = try? JSONParser.parse(response.body) else { return [] }
        return ["error", "error_description", "error_uri"].compactMap { field in
            guard let said = json[field]?.string, !said.isEmpty else { return nil }
            return ServerRemark(field: field, text: shown(said, hiding: assertion))
        }
    }

    private static func shown(_ said: String, hiding assertion: String) -> String {
        guard said.utf8.count <= maxBytes else { return "(not shown: it is longer than 4 KiB)" }
        let printable = printable(said)
        let readings = [printable] + (PercentEncoding.decoded(printable[...]).map { [Self.printable($0)] } ?? [])
        guard !readings.contains(where: { SecretTraces.areFound(in: $0, of: assertion) }) else {
            return "(not shown: it may hold a secret)"
        }
        let scalars = printable.unicodeScalars
        return scalars.count <= longest ? printable : String(scalars.prefix(longest - 1)) + "…"
    }

    /// Letters, marks, digits, punctuation and symbols, with single spaces for all white space and control characters.
    ///
    /// Invisible characters are removed, because they could hide a word from a search.
    private static func printable(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !scalar.properties.isDefaultIgnorableCodePoint {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator:
                if kept.last != " " { kept.append(" ") }
            case .format, .surrogate, .privateUse, .unassigned: break
            default: kept.append(scalar)
            }
        }
        return String(kept)
    }
}
