public import FHIR
import PDex

/// How the next run of a job would fetch, and from when on.
public struct PullOutlook: Sendable, Hashable {
    /// The job's name.
    public let job: String
    /// The clinic's configured name.
    public let clinic: String
    /// How the roster is pulled.
    public let roster: PullPlan
    /// How one member on demand is pulled.
    public let member: PullPlan
    /// How the clinic's Provenance is obtained.
    public let provenance: ProvenanceWay
    /// From when on the next run asks; nil for everything, and for ``isSinceWhole``.
    public let since: Instant?
    /// Whether each patient is searched from where that patient was whole last.
    public let isSinceWhole: Bool
    /// How long patients are so searched until everything of theirs is fetched again, in seconds.
    public let reconcileSeconds: Double
    /// Until when a run would wait for the clinic's quiet hours to end; nil when it would begin at once.
    public let quietUntil: Instant?
}

/// How a pull obtains the clinic's Provenance, as far as our token allows it (PV-03).
public enum ProvenanceWay: String, Sendable {
    /// With the export.
    case exported
    /// With each search: `_revinclude=Provenance:target`.
    case alongside
    /// By searches for its targets: `Provenance?target=`.
    case byTarget = "by-target"
    /// The clinic does not list it.
    case notOffered = "not-offered"

    init(_ way: PullPlan.Way, _ selection: ExchangeTerms.Selection, _ capability: ServerCapability) {
        if case .export = way {
            let isAsked = PullPlan.exported(selection, capability).contains("Provenance")
            self = isAsked ? .exported : .notOffered
            return
        }
        let search = ProvenanceSearch(capability, isAllowed: true)
        self =
            if selection.types.contains(where: search.comesAlong) { .alongside } else if search.isByTarget {
                .byTarget
            } else { .notOffered }
    }
}

extension ExchangePipeline {
    /// Looks at what the clinic offers and decides as a run would. Throws ``Fault``.
    public func outlook() async throws -> PullOutlook {
        let capability = try await clinic.capability()
        let roster = try PullPlan.roster(terms.selection, capability, clinic: terms.clinic.name)
        var terms = terms
        terms.selection.includesConsents = capability.types["Consent"] != nil
        let (since, isSinceWhole): (Instant?, Bool) =
            switch (roster.way, terms.selection.since) {
            case (.export, _): (try await PullScope.sinceExport(terms, store: store, now: clock.now()), false)
            case (_, .all): (nil, false)
            case (_, .instant(let instant)): (instant, false)
            case (_, .lastSuccess): (nil, true)
            }
        return PullOutlook(
            job: terms.job, clinic: terms.clinic.name, roster: roster,
            member: PullPlan.member(terms.selection, capability),
            provenance: ProvenanceWay(roster.way, terms.selection, capability), since: since,
            isSinceWhole: isSinceWhole, reconcileSeconds: terms.selection.reconcileSeconds,
            quietUntil: quietUntil(clock.now()))
    }
}
