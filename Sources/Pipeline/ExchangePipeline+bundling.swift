package import PDex

extension ExchangePipeline {
    /// The result of mapping and bundling, for measurements.
    package struct BundleCount: Sendable {
        /// Resources that were permitted, including the Patients.
        package var resources = 0
        /// Entries of the bundles, including the Provenance.
        package var entries = 0
        /// Bytes of the bundles.
        package var bytes = 0
    }

    /// Maps and bundles pages of members as a run does (steps 4 and 5), from what is staged, and counts.
    ///
    /// `measured` runs the two steps for a page, and nothing else: reading, join and consent are outside.
    package func bundling(
        _ pages: [[ResourceKey]], measured: @escaping @Sendable (() throws -> Void) throws -> Void
    ) async throws -> BundleCount {
        let maker = maker(
            Run(
                id: "bench", job: terms.job, trigger: .manual, clinic: terms.clinic.name, payer: terms.payer.name,
                instant: clock.now()))
        var count = BundleCount()
        for page in pages {
            let before = count
            count = try await store.read { reader in
                let permitted = try page.compactMap { patient -> PermittedExchange? in
                    let joined = try maker.join.outcome(for: patient, reader)
                    let standing = try Standing(joined, consent: maker.consent, run: nil, reader)
                    return if case .permitted(let permitted) = standing { permitted } else { nil }
                }
                var count = before
                try measured {
                    for exchange in permitted {
                        let outcome = try maker.map.outcome(for: exchange, maker.bundle.shared, reader)
                        guard case .mapped(let mapped) = outcome else { continue }
                        let made = try maker.bundle.bundles(
                            for: mapped, exchange: "bench", received: maker.clock.now(), known: nil, reader)
                        count.resources += exchange.resources.count + exchange.provenance.count + 1
                        for bundle in made.bundles {
                            count.entries += bundle.entries
                            count.bytes += bundle.bytes.count
                        }
                    }
                }
                return count
            }
        }
        return count
    }
}
