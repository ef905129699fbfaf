import FHIR
import PDex

/// Names what a watermark speaks of, and reads from when on a pull must fetch.
enum PullScope {
    /// How far before a search's watermark the next search begins: what is written late is not missed (RD-13).
    private static let overlapMilliseconds: Int64 = 5 * 60 * 1000

    /// A Group, or everybody, by export.
    static func export(_ selection: ExchangeTerms.Selection) -> String {
        "export \(selection.group ?? "*") \(types(selection))"
    }

    /// Single patients, however they were pulled.
    static func patients(_ selection: ExchangeTerms.Selection) -> String {
        "patients \(types(selection))"
    }

    /// The server's time from which on to export; nil means everything (BLK-07).
    static func sinceExport(_ terms: ExchangeTerms, store: any Store) async throws -> Instant? {
        let scope = export(terms.selection)
        return switch terms.selection.since {
        case .all: nil
        case .instant(let instant): instant
        case .lastSuccess: try await store.read { try $0.watermark(source: terms.clinic.name, scope: scope) }
        }
    }

    /// The server's time from which on to search for one patient's data; nil means everything.
    static func sinceSearch(
        _ terms: ExchangeTerms, patient: ResourceKey, store: any Store
    ) async throws -> Instant? {
        let scope = patients(terms.selection)
        switch terms.selection.since {
        case .all: return nil
        case .instant(let instant): return instant
        case .lastSuccess:
            let mark = try await store.read {
                try $0.watermark(of: patient, source: terms.clinic.name, scope: scope)
            }
            return mark?.adding(milliseconds: -overlapMilliseconds)
        }
    }

    private static func types(_ selection: ExchangeTerms.Selection) -> String {
        selection.types.sorted().joined(separator: ",")
    }
}
