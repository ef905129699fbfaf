public import FHIR
import PDex

/// What the next run of a job would fetch: the way, and from when on.
public struct PullOutlook: Sendable, Hashable {
    /// The job's name.
    public let job: String
    /// The clinic's configured name.
    public let clinic: String
    /// How the roster is pulled.
    public let roster: PullPlan
    /// How one member on demand is pulled.
    public let member: PullPlan
    /// From when on the next export asks; nil for everything, and for searches, which know it for each patient.
    public let since: Instant?
    /// Until when a run would wait for the clinic's quiet hours to end; nil when it would begin at once.
    public let quietUntil: Instant?
}

extension ExchangePipeline {
    /// Looks at what the clinic offers and decides as a run would. Throws ``Fault``.
    public func outlook() async throws -> PullOutlook {
        let capability = try await clinic.capability()
        let roster = try PullPlan.roster(terms.selection, capability, clinic: terms.clinic.name)
        let since: Instant? =
            if case .export = roster.way { try await PullScope.sinceExport(terms, store: store, now: clock.now()) } else
            { nil }
        return PullOutlook(
            job: terms.job, clinic: terms.clinic.name, roster: roster,
            member: PullPlan.member(terms.selection, capability), since: since,
            quietUntil: quietUntil(clock.now()))
    }
}
