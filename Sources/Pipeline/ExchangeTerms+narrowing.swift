import PDex

extension ExchangeTerms.Selection {
    /// Whether the job names an instant before or after which nothing is exported, ever.
    var leavesOutOlder: Bool {
        if case .instant = since { return true }
        return until != nil
    }
}

extension ExchangeTerms {
    /// The same terms for those of their types that are also among `types`, and for the Patient, without whom nothing
    /// can be sent.
    func narrowed(to types: [String]) -> ExchangeTerms {
        let wanted = Set(types + ["Patient"])
        var terms = self
        terms.selection = Selection(
            method: selection.method, group: selection.group, types: selection.types.filter(wanted.contains),
            since: selection.since, reconcileSeconds: selection.reconcileSeconds,
            typeFilters: selection.typeFilters.filter { filter in wanted.contains { filter.hasPrefix($0 + "?") } },
            until: selection.until, associatedData: selection.associatedData, years: selection.years)
        return terms
    }
}
