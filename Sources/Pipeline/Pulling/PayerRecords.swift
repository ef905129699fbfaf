import FHIR
import PDex

/// The payer's coverage and consent as they are staged, read again when they have grown old (CO-03, CO-10).
struct PayerRecords: Sendable {
    let terms: ExchangeTerms
    let payer: any PayerServer
    /// The payer's server as one that exports; nil when nobody wired one.
    let exporter: (any ClinicServer)?
    let store: any Store
    let identities: Identities
    let clock: any WallClock
    let observer: @Sendable (RunEvent) -> Void

    /// How old a consent may be at the moment of sending.
    static let oldestSeconds = 15.0 * 60
    /// How old they may be when somebody asks for a member now.
    static let oldestOnDemandSeconds = 60.0
    private static let scope = "records"

    /// Reads everything again, if it was read too long ago to rely on.
    func freshen(oldest seconds: Double = oldestSeconds, _ tally: PullTally = PullTally()) async throws {
        let source = terms.payer.name
        let asOf = try await store.read { try $0.watermark(source: source, scope: Self.scope) }
        if let asOf, (clock.now() - asOf) / .seconds(1) <= seconds { return }
        try await pull(tally)
    }

    /// Reads everything, and remembers when; returns how many records are gone, by type.
    @discardableResult
    func pull(_ tally: PullTally) async throws -> [String: Int] {
        observer(.step("pull coverage and consent from \(terms.payer.name)"))
        let began = clock.now()
        let stager = Stager(source: terms.payer.name, base: terms.payer.base, identities: identities)
        let intake = Intake(stager: stager, store: store, tally: tally, clock: clock, observer: observer)
        let consent = CheckConsent(
            terms: terms, clock: clock, segmentation: Segmentation(terms: terms, identities: identities))
        let pull = PayerRecordsPull(
            terms: terms, payer: payer, exporter: exporter, store: store, intake: intake,
            revocation: Revocation(consent: consent, identities: identities))
        let gone = try await pull.pull()
        try await MemberIndex(terms: terms, store: store, identities: identities).rebuild()
        let source = terms.payer.name
        try await store.write { try $0.setWatermark(began, source: source, scope: Self.scope) }
        return gone
    }
}
