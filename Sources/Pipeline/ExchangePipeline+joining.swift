package import PDex

extension ExchangePipeline {
    /// What joining came to, for measurements.
    package struct JoinCount: Sendable {
        /// Patients who are members.
        package var members = 0
        /// Resources that the members' coverage covers.
        package var covered = 0
    }

    /// Joins patients as a run does, from what is staged (step 2), and counts.
    package func joining(_ patients: [ResourceKey]) async throws -> JoinCount {
        let join = Join(
            terms: terms, identities: identities,
            stager: Stager(source: terms.clinic.name, base: terms.clinic.base, identities: identities), clock: clock)
        return try await store.read { reader in
            var count = JoinCount()
            for patient in patients {
                guard case .matched(let matched) = try join.outcome(for: patient, reader) else { continue }
                count.members += 1
                count.covered += matched.resources.count
            }
            return count
        }
    }
}
