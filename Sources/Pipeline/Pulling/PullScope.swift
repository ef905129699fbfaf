import FHIR
import PDex

/// Names the scope of a watermark, and works out since when a pull must fetch.
enum PullScope {
    /// How far before its watermark the next search begins, so that late writes are not missed (RD-13).
    private static let overlapMilliseconds: Int64 = 5 * 60 * 1000
    /// The same for searches by date of service: a visit may be recorded days later (RD-12).
    private static let doneOverlapMilliseconds: Int64 = 72 * 3600 * 1000

    /// How far a server's clock may be ahead of ours and still be believed.
    private static let mostAheadMilliseconds: Int64 = 3600 * 1000

    /// An export of a Group, or of everybody.
    static func export(_ selection: ExchangeTerms.Selection) -> String {
        "export \(selection.group ?? "*") \(what(selection))"
    }

    /// The same scope, for the last export of everything.
    static func reconciledExport(_ selection: ExchangeTerms.Selection) -> String {
        "reconciled \(export(selection))"
    }

    /// Single patients, however they were pulled.
    static func patients(_ selection: ExchangeTerms.Selection) -> String {
        "patients \(what(selection))"
    }

    /// Single patients, for the last time that everything of theirs was fetched.
    static func reconciled(_ selection: ExchangeTerms.Selection) -> String {
        "reconciled \(patients(selection))"
    }

    /// Single patients of whom everything was fetched without setting a watermark: the clinic states no time, or was
    /// asked for everybody.
    static func fetched(_ selection: ExchangeTerms.Selection) -> String {
        "fetched \(patients(selection))"
    }

    /// Whether everything of a patient was fetched since the last restoration of the store, with or without the
    /// clinic's Consents: restoring forgets earlier fetches.
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

    /// A server's time as a watermark: one from the future would hide everything written until then, so it is limited
    /// to our time.
    static func believable(_ instant: Instant, now: Instant) -> Instant {
        isAhead(instant, of: now) ? now : instant
    }

    /// Whether a time is further ahead of our clock than clocks normally differ.
    static func isAhead(_ instant: Instant, of now: Instant) -> Bool {
        instant > now.adding(milliseconds: mostAheadMilliseconds)
    }

    /// Whether everything was last fetched too long ago, or at an impossible time.
    private static func isStale(_ reconciled: Instant, _ terms: ExchangeTerms, now: Instant) -> Bool {
        isAhead(reconciled, of: now) || (now - reconciled) / .seconds(1) >= terms.selection.reconcileSeconds
    }

    /// The server's time since which to export; nil means everything (BLK-07).
    static func sinceExport(_ terms: ExchangeTerms, store: any Store, now: Instant) async throws -> Instant? {
        let scope = export(terms.selection)
        // Newcomers would have to be searched, and a filter that only the clinic can apply does not work there.
        let isFiltered = terms.selection.group != nil && !TypeFilters(terms.selection.typeFilters).areLocal
        return switch terms.selection.since {
        case .all: nil
        case .instant(let instant): instant
        case .lastSuccess where isFiltered: nil
        case .lastSuccess: try await sinceLastExport(terms, scope, store, now)
        }
    }

    /// Since the last export, unless everything was exported too long ago: deletions and corrections are not always
    /// reported (BLK-35).
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

    /// Since when one patient's data is searched.
    struct Marks: Sendable {
        /// For writing dates; nil means everything.
        let written: Instant?
        /// For dates of service: far earlier, since much is recorded late (RD-12).
        let done: Instant?
        /// Whether what was staged before and what is fetched now leave no gap between them.
        let hasNoGap: Bool
        /// Whether everything of the patient is requested.
        var isComplete: Bool { written == nil }

        /// Everything.
        static let none = Marks(written: nil, done: nil, hasNoGap: true)

        /// Changes since an instant that was named: nothing is known of the time before.
        static func since(_ instant: Instant) -> Marks { Marks(written: instant, done: instant, hasNoGap: false) }
    }

    /// Where the fetching of a patient starts.
    enum Start: Sendable {
        /// From the beginning.
        case beginning
        /// Where the patient was last complete, or as the job says.
        case watermark
        /// An instant that a request names.
        case instant(Instant)
    }

    /// Since when to search for one patient's data: since the patient was last complete, minus an overlap; and all of
    /// it from time to time, because dates miss late corrections (BLK-35).
    ///
    /// A patient whose data in a restored store may be out of date is fetched completely, whatever instant is named.
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

    /// Types and everything that narrows or widens them: what was fetched with one filter says nothing about what
    /// another lets through.
    private static func what(_ selection: ExchangeTerms.Selection) -> String {
        let until = selection.until.map { ["until \($0.text)"] } ?? []
        let consents = selection.includesConsents ? "with Consent" : "without Consent"
        let more = selection.typeFilters.sorted() + until + selection.associatedData.sorted() + [consents]
        return selection.types.sorted().joined(separator: ",") + more.map { " " + $0 }.joined()
    }
}
