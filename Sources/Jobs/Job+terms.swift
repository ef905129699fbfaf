public import PDex

extension Job {
    /// The terms of this job's exchanges, together with what `pdex.yaml` says about its two parties.
    ///
    /// `concurrency` is how many bundles the payer accepts at once.
    public func terms(
        clinic: Party, payer: Party, coverage: ExchangeTerms.RecordSource, consent: ExchangeTerms.RecordSource,
        numbers: MemberNumbers = MemberNumbers(), inquiry: ExchangeTerms.Inquiry = ExchangeTerms.Inquiry(),
        allowedTypes: Set<String>? = nil,
        conformance: ConformancePolicy = ConformancePolicy(),
        consentPolicy: ConsentPolicy = .optIn, sensitivity: Sensitivity = Sensitivity(),
        jobsOfRoute: [String: ExchangeTerms.JobRules] = [:], provenance: ProvenancePolicy = ProvenancePolicy(),
        retraction: ExchangeTerms.Retraction = .enteredInError,
        afterRevocation: ExchangeTerms.AfterRevocation = .leave, breaker: BreakerPolicy = BreakerPolicy(),
        concurrency: Int
    ) -> ExchangeTerms {
        ExchangeTerms(
            job: name, clinic: clinic, payer: payer, selection: selection, matchBy: matchBy, inquiry: inquiry,
            coverage: coverage,
            consent: consent, numbers: numbers, allowedTypes: allowedTypes, conformance: conformance,
            consentPolicy: consentPolicy, sensitivity: sensitivity, jobsOfRoute: jobsOfRoute, provenance: provenance,
            retraction: retraction,
            afterRevocation: afterRevocation,
            delivery: .init(
                kind: delivery.kind, maxEntries: delivery.maxEntries, maxBytes: delivery.maxBytes,
                perSecond: delivery.perSecond, concurrency: concurrency),
            retry: retry, breaker: breaker)
    }

    /// What this job decides by when its bundles are sent on behalf of another job of the same route.
    public var rules: ExchangeTerms.JobRules {
        .init(matchBy: matchBy, years: selection.years, retry: retry)
    }
}
