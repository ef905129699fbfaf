package import PDex

extension ExchangePipeline {
    /// The result of joining, for measurements.
    package struct JoinCount: Sendable {
        /// Patients who are members.
        package var members = 0
        /// Resources that the members' coverage covers.
        package var covered = 0
    }

    /// Joins patients as a run does, from what is staged (step 2), and counts; `reading` also reads the bytes that the
    /// next steps need.
    package func joining(_ patients: [ResourceKey], reading: Bool = false) async throws -> JoinCount {
        let join = Join(
            terms: terms, identities: identities, stager: Stager(clinicOf: terms, identities), clock: clock)
        return try await store.read { reader in
            var count = JoinCount()
            for patient in patients {
                if reading {
                    guard case .matched(let matched) = try join.outcome(for: patient, reader) else { continue }
                    count.members += 1
                    count.covered += matched.resources.count
                } else {
                    guard case .member(_, _, let division) = try join.finding(for: patient, reader) else { continue }
                    count.members += 1
                    count.covered += division.kept.count
                }
            }
            return count
        }
    }

    /// Makes a staging row of one of the clinic's resources, as a pull does; nil when it is refused.
    package func row(_ bytes: [UInt8], at range: Range<Int>) -> StagingBatch.Row? {
        let stager = Stager(clinicOf: terms, identities)
        var patients = PatientKeys()
        let verdict = bytes.withUnsafeBytes { bytes in
            stager.row(bytes, at: range, expecting: nil, now: clock.now(), patients: &patients)
        }
        if case .row(let row) = verdict { return row }
        return nil
    }
}
