import FHIR
import PDex

/// Names what a watermark speaks of, and reads from when on a pull must fetch.
enum PullScope {
    /// How far before a search's watermark the next search begins: what is written late is not missed (RD-13).
    private static let overlapMilliseconds: Int64 = 5 * 60 * 1000
    /// The same for searches by date of service: a visit may be written down days after it (RD-12).
    private static let doneOverlapMilliseconds: Int64 = 72 * 3600 * 1000

    /// A Group, or everybody, by export.
    static func export(_ selection: ExchangeTerms.Selection) -> String {
        let filters = selection.typeFilters.sorted().map { " " + $0 }.joined()
        return "export \(selection.group ?? "*") \(types(selection))\(filters)"
    }

    /// Single patients, however they were pulled.
    static func patients(_ selection: ExchangeTerms.Selection) -> String {
        "patients \(types(selection))"
    }

    /// Single patients, or an export, when everything of theirs was fetched last.
    static func reconciled(_ selection: ExchangeTerms.Selection) -> String {
        "reconciled \(types(selection))"
    }

    /// The server's time from which on to export; nil means everything (BLK-07).
    static func sinceExport(_ terms: ExchangeTerms, store: any Store, now: Instant) async throws -> Instant? {
        let scope = export(terms.selection)
        return switch terms.selection.since {
        case .all: nil
        case .instant(let instant): instant
        case .lastSuccess: try await sinceLastExport(terms, scope, store, now)
        }
    }

    /// Since the last export, unless everything was exported too long ago: what was deleted or corrected is not always
    /// told (BLK-35).
    private static func sinceLastExport(
        _ terms: ExchangeTerms, _ scope: String, _ store: any Store, _ now: Instant
    ) async throws -> Instant? {
        let source = terms.clinic.name
        let (last, everything) = try await store.read {
            (
                try $0.watermark(source: source, scope: scope),
                try $0.watermark(source: source, scope: reconciled(terms.selection))
            )
        }
        guard let everything, (now - everything) / .seconds(1) < terms.selection.reconcileSeconds else { return nil }
        return last
    }

    /// From when on one patient's data is searched.
    struct Marks: Sendable {
        /// What was written since; nil means everything.
        let written: Instant?
        /// What was done since: earlier by far, since much is written late (RD-12).
        let done: Instant?
        /// Whether everything of the patient is asked for.
        var isComplete: Bool { written == nil }

        /// Everything.
        static let none = Marks(written: nil, done: nil)
    }

    /// From when on to search for one patient's data: since the patient was whole, less an overlap; and all of it
    /// every so often, because dates miss what was corrected late (BLK-35).
    static func marks(
        _ terms: ExchangeTerms, patient: ResourceKey, store: any Store, now: Instant
    ) async throws -> Marks {
        let source = terms.clinic.name
        switch terms.selection.since {
        case .all: return .none
        case .instant(let instant): return Marks(written: instant, done: instant)
        case .lastSuccess:
            let (whole, reconciled) = try await store.read {
                (
                    try $0.watermark(of: patient, source: source, scope: patients(terms.selection)),
                    try $0.watermark(of: patient, source: source, scope: self.reconciled(terms.selection))
                )
            }
            guard let whole, let reconciled, (now - reconciled) / .seconds(1) < terms.selection.reconcileSeconds
            else { return .none }
            return Marks(
                written: whole.adding(milliseconds: -overlapMilliseconds),
                done: whole.adding(milliseconds: -doneOverlapMilliseconds))
        }
    }

    private static func types(_ selection: ExchangeTerms.Selection) -> String {
        selection.types.sorted().joined(separator: ",")
    }
}
