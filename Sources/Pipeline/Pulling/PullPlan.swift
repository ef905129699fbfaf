import FHIR
public import PDex

/// Which way a clinic is pulled for a job, and why: decided before anything is fetched, from what the clinic says about
/// itself (RD-01, RD-12, BLK-04).
public struct PullPlan: Sendable, Hashable {
    /// The way.
    public enum Way: Sendable, Hashable {
        /// Bulk Data export at that level.
        case export(ExportRequest.Level)
        /// One search per patient and type.
        case search
        /// `Patient/[id]/$everything`, for a single member.
        case everything
    }

    /// How a search for one type is limited to what is new.
    public enum Narrowing: Sendable, Hashable {
        /// `_lastUpdated=ge…`: what was written since.
        case lastUpdated
        /// The type's own date, with an overlap: what was done since.
        case date(String)
        /// Everything of the patient, every time; the content hash shows what changed.
        case none
    }

    /// The way.
    public let way: Way
    /// The reasons, one sentence each.
    public let reasons: [String]
    /// How searches are narrowed, by resource type; empty unless the way is ``Way/search``.
    public let narrowing: [String: Narrowing]
    /// Types of the job that the clinic does not list at all.
    public let missing: [String]

    /// Decides for the roster of a job. Throws `clinic.capability-missing` if the job insists on something not offered.
    public static func roster(
        _ selection: ExchangeTerms.Selection, _ capability: ServerCapability, clinic: String
    ) throws(Fault) -> PullPlan {
        let offer = ExportOffer(selection, capability)
        switch selection.method {
        case .rosterSearch:
            return searching(selection, capability, ["the job says roster-search"])
        case .bulkExport:
            // If the job insists, more than the roster may be exported; the rest is counted as outside of it.
            guard let level = offer.narrowest ?? offer.widest else {
                throw Fault(
                    .clinicCapability, .halt, "\(clinic) offers no export",
                    hint: "set select.by to roster-search or auto in the job")
            }
            return exporting(level, selection, capability, ["the job says bulk-export", offer.words(level)])
        case .auto:
            if let level = offer.narrowest {
                return exporting(
                    level, selection, capability,
                    [
                        offer.words(level), "one export asks less than a search a patient and type",
                        "should it be refused or come to nothing, patients are searched",
                    ])
            }
            return searching(selection, capability, [offer.noWords])
        }
    }

    /// Decides for one member on demand.
    public static func member(
        _ selection: ExchangeTerms.Selection, _ capability: ServerCapability
    ) -> PullPlan {
        if selection.method != .rosterSearch, capability.types["Patient"]?.operations.contains("everything") == true {
            return PullPlan(
                way: .everything, reasons: ["Patient/[id]/$everything is offered"], narrowing: [:],
                missing: unlisted(selection, capability))
        }
        return searching(selection, capability, ["a single member is searched, type by type"])
    }

    /// Types that need not be named, and that come along where the clinic lists them.
    static let alongside = ["Provenance", "Consent"]

    /// The types to export, without those that our token does not allow: one of them may fail the whole export.
    /// Provenance and Consent are added where the clinic lists them: an unknown type may have the export refused.
    static func exported(
        _ selection: ExchangeTerms.Selection, _ capability: ServerCapability, besides withheld: Set<String> = []
    ) -> [String] {
        selection.pulledTypes.filter {
            !withheld.contains($0)
                && (!alongside.contains($0) || capability.types[$0] != nil || selection.types.contains($0))
        }
    }

    /// Decides for the roster of a job once its export has been given up.
    static func instead(
        of export: GivenUpExport, _ selection: ExchangeTerms.Selection, _ capability: ServerCapability
    ) -> PullPlan {
        searching(selection, capability, ["the export was refused or came to nothing (\(export.why))"])
    }

    private static func exporting(
        _ level: ExportRequest.Level, _ selection: ExchangeTerms.Selection, _ capability: ServerCapability,
        _ reasons: [String]
    ) -> PullPlan {
        PullPlan(way: .export(level), reasons: reasons, narrowing: [:], missing: unlisted(selection, capability))
    }

    /// Searches a selection, type by type, for the given reasons.
    static func searching(
        _ selection: ExchangeTerms.Selection, _ capability: ServerCapability, _ reasons: [String]
    ) -> PullPlan {
        let clinical = selection.types.filter { !SharedTypes.contains($0) }
        let narrowing = clinical.map { type in (type, Self.narrowing(of: type, capability)) }
        return PullPlan(
            way: .search, reasons: reasons,
            narrowing: Dictionary(narrowing, uniquingKeysWith: { first, _ in first }),
            missing: unlisted(selection, capability))
    }

    private static func narrowing(of type: String, _ capability: ServerCapability) -> Narrowing {
        let offered = capability.types[type]?.searchParameters ?? []
        if offered.contains("_lastUpdated") { return .lastUpdated }
        if let date = SearchShape.dates[type], offered.contains(date) { return .date(date) }
        return .none
    }

    /// A clinic that lists no types may still answer; one that lists some is believed about the others.
    private static func unlisted(_ selection: ExchangeTerms.Selection, _ capability: ServerCapability) -> [String] {
        capability.types.isEmpty ? [] : selection.types.filter { capability.types[$0] == nil }
    }
}
