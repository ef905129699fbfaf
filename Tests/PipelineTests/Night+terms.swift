import PDex
import PDexTesting

@testable import Pipeline

extension Night {
    /// The same clinic, payer and store by other terms, as after a change of the configuration.
    func pipeline(by terms: ExchangeTerms) -> ExchangePipeline {
        ExchangePipeline(
            terms: terms, clinic: clinic, payer: payer, store: store, mappings: pipeline.mappings,
            identities: identities, clock: clock, random: { 0.5 }, owner: "tests")
    }
}
