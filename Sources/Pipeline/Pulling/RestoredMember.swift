import PDex

extension StoreReader {
    /// Whether a patient's staged data may be older than what the payer has: the store was restored from a backup that
    /// has an exchange of theirs, and not all of their data has been fetched since.
    func isBehind(_ patient: ResourceKey, _ terms: ExchangeTerms) throws -> Bool {
        // An unknown id predates every restoration, so this says whether there was one; most stores had none.
        guard try predatesRestoration(""), try !PullScope.isFetched(patient, terms, self) else { return false }
        let filter = ExchangeFilter(member: patient, payer: terms.payer.name)
        guard let oldest = try exchanges(matching: filter, limit: PayerHoldings.mostExchanges).last else {
            return false
        }
        return try predatesRestoration(oldest.id)
    }
}
