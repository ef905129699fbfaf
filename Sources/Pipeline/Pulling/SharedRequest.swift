import FHIR
import PDex

/// One request for shared resources, and the references that it answers.
struct SharedRequest: Sendable {
    /// What is requested.
    enum Question: Sendable {
        case ids(type: String, [String])
        case identified(type: String, token: String)
    }

    let question: Question
    /// The references as the server wrote them.
    var references: [String]

    private static let idsAtOnce = 50

    /// `_id` batches for literal references, one search each for conditional ones; references that lead elsewhere are
    /// skipped.
    static func all(for references: [String], base: String) -> [SharedRequest] {
        var literal: [String: [String: [String]]] = [:]
        var requests: [SharedRequest] = []
        for text in references {
            switch Reference(parsing: text).relative(to: base) {
            case .local(let type, let id, _):
                literal[type, default: [:]][id, default: []].append(text)
            case .conditional(let type, let query):
                guard let token = Reference.identifierToken(inQuery: query) else { continue }
                let value = (token.system.map { escaped($0) + "|" } ?? "") + escaped(token.value)
                requests.append(.init(question: .identified(type: type, token: value), references: [text]))
            default:
                continue
            }
        }
        for (type, texts) in literal.sorted(by: { $0.key < $1.key }) {
            let ids = texts.keys.sorted()
            for start in stride(from: 0, to: ids.count, by: idsAtOnce) {
                let some = Array(ids[start..<min(start + idsAtOnce, ids.count)])
                requests.append(
                    .init(question: .ids(type: type, some), references: some.flatMap { texts[$0] ?? [] }))
            }
        }
        return requests
    }

    /// Text escaped as part of a token (FHIR R4 §3.1.1.4.0.1).
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            if "\\,|$".unicodeScalars.contains(character) { result += "\\" }
            result.unicodeScalars.append(character)
        }
        return result
    }
}
