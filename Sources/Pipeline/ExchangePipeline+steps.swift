import Mappings
import Metrics
import PDex

extension ExchangePipeline {
    /// Steps 2 to 5, wired for one run.
    func maker(_ run: Run) -> ExchangeMaker {
        let stager = Stager(clinicOf: terms, identities)
        let writer = EntryWriter(terms: terms, identities: identities)
        let gate = ConformanceGate(terms.conformance, validator)
        let mapper = MapResources(terms: terms, mappings: mappings, stager: stager, writer: writer, gate: gate)
        let bundle = MakeBundles(
            terms: terms, stager: stager, writer: writer,
            shared: SharedResources(stager: stager, mapper: mapper, writer: writer), gate: gate,
            provenance: ProvenanceWriter(terms: terms, identities: identities, map: mapper),
            limits: limits)
        let consent = checkConsent
        let join = Join(terms: terms, identities: identities, stager: stager, clock: clock)
        return ExchangeMaker(
            terms: terms, types: types, run: run, identities: identities,
            join: join,
            consent: consent,
            map: mapper,
            bundle: bundle,
            retract: MakeRetraction(
                terms: terms, map: mapper, bundle: bundle, segmentation: consent.segmentation,
                moved: MovedAway(
                    terms: terms, run: run.id, join: join,
                    // Looking at another patient is not a decision, and not counted as one.
                    consent: CheckConsent(
                        terms: terms, clock: clock, segmentation: consent.segmentation,
                        metrics: NOOPMetricsHandler.instance))),
            clock: clock, actor: owner)
    }

    /// Step 3, with a memory of its own for shared resources.
    var checkConsent: CheckConsent {
        CheckConsent(terms: terms, clock: clock, segmentation: Segmentation(terms: terms, identities: identities))
    }

    /// Steps 6 and 7.
    var outbox: Outbox {
        Outbox(
            submit: Submit(
                terms: terms, payer: payer, store: store, consent: checkConsent, records: records,
                clock: clock, owner: owner),
            receipts: KeepReceipts(
                terms: terms, store: store, clock: clock, random: random, actor: owner,
                divider: BundleDivider(identities: identities), limits: limits),
            records: records, pace: pace,
            ownerIsGone: ownerIsGone, observer: observer)
    }

    /// The step that asks the payer who somebody is.
    func inquiry(_ run: Run, _ tally: PullTally) -> MemberInquiry {
        MemberInquiry(
            terms: terms, run: run, clinic: clinic(of: run), payer: payer, store: store, identities: identities,
            clock: clock, tally: tally, actor: owner, observer: observer)
    }

    /// The payer's coverage and consent.
    var records: PayerRecords {
        PayerRecords(
            terms: terms, payer: payer, exporter: payerExports, store: store, identities: identities, clock: clock,
            observer: observer)
    }

    /// Delivers whatever is due for this payer; returns how many bundles were acknowledged.
    public func deliver() async throws -> Int {
        try await outbox.rescue()
        return try await outbox.drain().bundles
    }
}
