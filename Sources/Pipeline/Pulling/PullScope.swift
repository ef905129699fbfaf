import FHIR
import PDex

/// Names what a watermark speaks of, and reads from when on a pull must fetch.
enum PullScope {
    static func export(_ selection: ExchangeTerms.Selection) -> String {
        "export \(selection.group ?? "*") \(selection.types.sorted().joined(separator: ","))"
    }

    static func search(_ selection: ExchangeTerms.Selection) -> String {
        "search \(selection.group ?? "*") \(selection.types.sorted().joined(separator: ","))"
    }

    /// The server's time from which on to fetch; nil means everything (BLK-07).
    static func since(_ terms: ExchangeTerms, scope: String, store: any Store) async throws -> Instant? {
        switch terms.selection.since {
        case .all: nil
        case .instant(let instant): instant
        case .lastSuccess:
            try await store.read { try $0.watermark(source: terms.clinic.name, scope: scope) }
        }
    }
}
