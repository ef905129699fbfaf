import PDex

extension StoreReader {
    /// Whether what is staged of a patient may be older than what the payer has: a backup that remembers an exchange of
    /// theirs took the store's place, and not everything of theirs was fetched since.
    func isBehind(_ patient: ResourceKey, _ terms: ExchangeTerms) throws -> Bool {
        // What the trail does not name predates every restoration: most stores have had none.
        guard try predatesRestoration(""), try !PullScope.isFetched(patient, terms, self) else { return false }
        let filter = ExchangeFilter(member: patient, payer: terms.payer.name)
        guard let oldest = try exchanges(matching: filter, limit: PayerHoldings.mostExchanges).last else {
            return false
        }
        return try predatesRestoration(oldest.id)
    }
}
