import FHIR
import PDex

/// Names what a watermark speaks of, and reads from when on a pull must fetch.
enum PullScope {
    /// How far before a search's watermark the next search begins: what is written late is not missed (RD-13).
    private static let overlapMilliseconds: Int64 = 5 * 60 * 1000
    /// The same for searches by date of service: a visit may be written down days after it (RD-12).
    private static let doneOverlapMilliseconds: Int64 = 72 * 3600 * 1000

    /// How far ahead of ours a server's clock may be before it is not believed.
    private static let mostAheadMilliseconds: Int64 = 3600 * 1000

    /// A Group, or everybody, by export.
    static func export(_ selection: ExchangeTerms.Selection) -> String {
        "export \(selection.group ?? "*") \(what(selection))"
    }

    /// The same, when everything was exported last.
    static func reconciledExport(_ selection: ExchangeTerms.Selection) -> String {
        "reconciled \(export(selection))"
    }

    /// Single patients, however they were pulled.
    static func patients(_ selection: ExchangeTerms.Selection) -> String {
        "patients \(what(selection))"
    }

    /// Single patients, when everything of theirs was fetched last.
    static func reconciled(_ selection: ExchangeTerms.Selection) -> String {
        "reconciled \(patients(selection))"
    }

    /// Single patients of whom everything was fetched, where no watermark says so: the clinic tells no time, or was asked
    /// for everybody.
    static func fetched(_ selection: ExchangeTerms.Selection) -> String {
        "fetched \(patients(selection))"
    }

    /// Whether everything of a patient was fetched since the store was restored last, whether the clinic's Consents may
    /// be read or not: restoring forgets what was before.
    static func isFetched(_ patient: ResourceKey, _ terms: ExchangeTerms, _ reader: any StoreReader) throws -> Bool {
        var selection = terms.selection
        for includesConsents in [true, false] {
            selection.includesConsents = includesConsents
            for scope in [patients(selection), fetched(selection)] {
                if try reader.watermark(of: patient, source: terms.clinic.name, scope: scope) != nil { return true }
            }
        }
        return false
    }

    /// A server's time as a watermark: one from the future would hide what is written until then, so that it is ours at
    /// most.
    static func believable(_ instant: Instant, now: Instant) -> Instant {
        isAhead(instant, of: now) ? now : instant
    }

    /// Whether a time is further ahead of our clock than clocks differ.
    static func isAhead(_ instant: Instant, of now: Instant) -> Bool {
        instant > now.adding(milliseconds: mostAheadMilliseconds)
    }

    /// Whether everything was fetched too long ago, or at a time that cannot be.
    private static func isStale(_ reconciled: Instant, _ terms: ExchangeTerms, now: Instant) -> Bool {
        isAhead(reconciled, of: now) || (now - reconciled) / .seconds(1) >= terms.selection.reconcileSeconds
    }

    /// The server's time from which on to export; nil means everything (BLK-07).
    static func sinceExport(_ terms: ExchangeTerms, store: any Store, now: Instant) async throws -> Instant? {
        let scope = export(terms.selection)
        // Newcomers would have to be searched, where a filter of the clinic's alone does not hold.
        let isFiltered = terms.selection.group != nil && !TypeFilters(terms.selection.typeFilters).areLocal
        return switch terms.selection.since {
        case .all: nil
        case .instant(let instant): instant
        case .lastSuccess where isFiltered: nil
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
                try $0.watermark(source: source, scope: reconciledExport(terms.selection))
            )
        }
        guard let everything, let last, !isStale(everything, terms, now: now), !isAhead(last, of: now) else {
            return nil
        }
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
    ///
    /// Of whom a restored store knows only what was, everything is fetched, whatever instant somebody names.
    static func marks(
        _ terms: ExchangeTerms, patient: ResourceKey, from start: Start, store: any Store, now: Instant
    ) async throws -> Marks {
        let source = terms.clinic.name
        switch (start, terms.selection.since) {
        case (.beginning, _), (.watermark, .all): return .none
        case (.instant(let instant), _), (.watermark, .instant(let instant)):
            let isBehind = try await store.read { try $0.isBehind(patient, terms) }
            return isBehind ? .none : .since(instant)
        case (.watermark, .lastSuccess):
            let (whole, reconciled) = try await store.read {
                (
                    try $0.watermark(of: patient, source: source, scope: patients(terms.selection)),
                    try $0.watermark(of: patient, source: source, scope: self.reconciled(terms.selection))
                )
            }
            guard let whole, let reconciled, !isStale(reconciled, terms, now: now), !isAhead(whole, of: now)
            else { return .none }
            return Marks(
                written: whole.adding(milliseconds: -overlapMilliseconds),
                done: whole.adding(milliseconds: -doneOverlapMilliseconds), hasNoGap: true)
        }
    }

    /// Types and whatever narrows or widens them: what was fetched with one filter says nothing of what another one
    /// lets through.
    private static func what(_ selection: ExchangeTerms.Selection) -> String {
        let until = selection.until.map { ["until \($0.text)"] } ?? []
        let consents = selection.includesConsents ? "with Consent" : "without Consent"
        let more = selection.typeFilters.sorted() + until + selection.associatedData.sorted() + [consents]
        return selection.types.sorted().joined(separator: ",") + more.map { " " + $0 }.joined()
    }
}
