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
        /// Whether there is no gap between what was staged before and what is fetched now.
        let hasNoGap: Bool
        /// Whether everything of the patient is asked for.
        var isComplete: Bool { written == nil }

        /// Everything.
        static let none = Marks(written: nil, done: nil, hasNoGap: true)

        /// What changed since an instant that somebody named: what was before is not known.
        static func since(_ instant: Instant) -> Marks { Marks(written: instant, done: instant, hasNoGap: false) }
    }

    /// From when on a patient is to be fetched.
    enum Start: Sendable {
        /// From the beginning.
        case beginning
        /// From where the patient was whole last, or as the job says.
        case watermark
        /// From an instant that a request names.
        case instant(Instant)
    }

    /// From when on to search for one patient's data: since the patient was whole, less an overlap; and all of it
    /// every so often, because dates miss what was corrected late (BLK-35).
    static func marks(
        _ terms: ExchangeTerms, patient: ResourceKey, from start: Start, store: any Store, now: Instant
    ) async throws -> Marks {
        let source = terms.clinic.name
        switch (start, terms.selection.since) {
        case (.beginning, _), (.watermark, .all): return .none
        case (.instant(let instant), _), (.watermark, .instant(let instant)): return .since(instant)
        case (.watermark, .lastSuccess):
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
                done: whole.adding(milliseconds: -doneOverlapMilliseconds), hasNoGap: true)
        }
    }

    private static func types(_ selection: ExchangeTerms.Selection) -> String {
        selection.types.sorted().joined(separator: ",")
    }
}
