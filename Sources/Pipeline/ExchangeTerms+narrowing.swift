import PDex

extension ExchangeTerms {
    /// The same terms for those of their types that are also among `types`, and for the Patient, without whom nothing
    /// can be sent.
    func narrowed(to types: [String]) -> ExchangeTerms {
        let wanted = Set(types + ["Patient"])
        return ExchangeTerms(
            job: job, clinic: clinic, payer: payer,
            selection: Selection(
                method: selection.method, group: selection.group, types: selection.types.filter(wanted.contains),
                since: selection.since, reconcileSeconds: selection.reconcileSeconds,
                typeFilters: selection.typeFilters.filter { filter in wanted.contains { filter.hasPrefix($0 + "?") } },
                until: selection.until, associatedData: selection.associatedData, years: selection.years),
            matchBy: matchBy, inquiry: inquiry, coverage: coverage, consent: consent, numbers: numbers,
            allowedTypes: allowedTypes, conformance: conformance, consentPolicy: consentPolicy,
            sensitivity: sensitivity, jobsOfRoute: jobsOfRoute, retraction: retraction,
            afterRevocation: afterRevocation, delivery: delivery, retry: retry, breaker: breaker)
    }
}
