import FHIR
import PDex

/// The payer's staged coverage and consent, which are read again when they are too old (CO-03, CO-10).
struct PayerRecords: Sendable {
    let terms: ExchangeTerms
    let payer: any PayerServer
    /// The payer's server as an exporting one; nil when none was provided.
    let exporter: (any ClinicServer)?
    let store: any Store
    let identities: Identities
    let clock: any WallClock
    let observer: @Sendable (RunEvent) -> Void
    /// Whether a file without a single record is accepted.
    var mayBeEmpty = false

    /// How old a consent may be at the moment of sending.
    static let oldestSeconds = 15.0 * 60
    /// How old they may be when a member is requested now.
    static let oldestOnDemandSeconds = 60.0
    private static let scope = "records"

    /// Sees to it that the files of the records are there, before anything is asked of anybody. Throws `config.missing`.
    func insistOnFiles() throws(Fault) {
        try terms.coverage.insistOnFiles(for: "coverage of \(terms.payer.name)")
        try terms.consent.insistOnFiles(for: "consent of \(terms.payer.name)")
    }

    /// Reads everything again, if it was read too long ago to rely on.
    func freshen(oldest seconds: Double = oldestSeconds, _ tally: PullTally = PullTally()) async throws {
        let (asOf, isIndexed) = try await state()
        // If they were read in the future, the clock was set back and their age is unknown.
        guard let asOf, (0...seconds).contains((clock.now() - asOf) / .seconds(1)) else {
            try await pull(tally)
            return
        }
        if !isIndexed { try await index.rebuild() }
    }

    /// Makes sure that everybody on both sides is indexed, without contacting any server: after an upgrade, or a change
    /// in how clinic and payer are configured, another clinic's run may have read the payer's records before this
    /// clinic's patients were indexed.
    func ensureIndexed() async throws {
        guard try await !state().isIndexed else { return }
        try await index.rebuild()
    }

    /// Looks into the store once, relying on young records. A process suspended after they were read reads them again:
    /// it might miss a consent withdrawn meanwhile (CO-10). Nil when they are too old even then.
    func youngLook<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value? {
        if let value = try await look(afterReading: nil, body) { return value }
        try await freshen()
        return try await look(afterReading: clock.now(), body)
    }

    /// A look this soon after everything was read relies on it, however long the reading took.
    private static let soonSeconds = 60.0

    private func look<Value: Sendable>(
        afterReading read: Instant?, _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value? {
        try await store.read { reader in
            let isSoon = read.map { (0...Self.soonSeconds).contains((clock.now() - $0) / .seconds(1)) } ?? false
            guard try isSoon || areYoung(reader) else { return nil }
            return try body(reader)
        }
    }

    /// Whether the staged records were read recently enough to send on their basis.
    private func areYoung(_ reader: any StoreReader) throws -> Bool {
        guard let asOf = try reader.watermark(source: terms.payer.name, scope: Self.scope) else { return false }
        return (0...Self.oldestSeconds).contains((clock.now() - asOf) / .seconds(1))
    }

    /// When everything was read, and whether everybody is indexed.
    private func state() async throws -> (asOf: Instant?, isIndexed: Bool) {
        let (source, index) = (terms.payer.name, index)
        return try await store.read {
            (try $0.watermark(source: source, scope: Self.scope), try index.isComplete($0))
        }
    }

    private var index: MemberIndex { MemberIndex(terms: terms, store: store, identities: identities) }

    /// Reads again what decides about one patient who is requested now: the records of the matching member. Everything
    /// is read if that member is not known for certain, or if the records are too old to recognise people.
    func freshen(for patient: ResourceKey, _ tally: PullTally) async throws {
        // No way leads yet to a patient who was staged just now, however young the records are.
        try await index.refresh(patients: [patient], members: [])
        let (asOf, isIndexed) = try await state()
        let age = asOf.map { (clock.now() - $0) / .seconds(1) } ?? -1
        if !isIndexed, (0...Self.oldestSeconds).contains(age) { try await index.rebuild() }
        if (0...Self.oldestOnDemandSeconds).contains(age) { return }
        if (0...Self.oldestSeconds).contains(age), try await pull(memberOf: patient, tally) { return }
        try await pull(tally)
    }

    /// Reads the records of the member whom the staged data gives for a patient; false if there is no certain one.
    private func pull(memberOf patient: ResourceKey, _ tally: PullTally) async throws -> Bool {
        guard terms.coverage == .fhir, terms.consent == .fhir else { return false }
        let (terms, identities) = (terms, identities)
        let found = try await store.read { reader -> (key: ResourceKey, id: String)? in
            let stager = Stager(clinicOf: terms, identities)
            guard let person = try KnownPatient(patient, stager, reader),
                case .recognised(let covered, let evidence) = try Recognition(
                    terms: terms, identities: identities, reader: reader
                ).outcome(for: person), !covered.held.isEmpty, let key = evidence.member,
                let member = try reader.staged(key)
            else { return nil }
            return (key, member.id)
        }
        guard let found else { return false }
        observer(.step("pull coverage and consent of one member from \(terms.payer.name)"))
        guard try await recordsPull(tally).pull(member: found.key, id: found.id) else { return false }
        try await index.refresh(patients: [], members: [found.key])
        return true
    }

    /// Reads everything and records when; returns how many records are gone, by type.
    @discardableResult
    func pull(_ tally: PullTally) async throws -> [String: Int] {
        observer(.step("pull coverage and consent from \(terms.payer.name)"))
        let began = clock.now()
        let gone = try await recordsPull(tally).pull()
        try await index.rebuild()
        let source = terms.payer.name
        try await store.write { try $0.setWatermark(began, source: source, scope: Self.scope) }
        return gone
    }

    private func recordsPull(_ tally: PullTally) -> PayerRecordsPull {
        let stager = Stager(payerOf: terms, identities)
        let intake = Intake(stager: stager, store: store, tally: tally, clock: clock, observer: observer)
        let consent = CheckConsent(
            terms: terms, clock: clock, segmentation: Segmentation(terms: terms, identities: identities))
        return PayerRecordsPull(
            terms: terms, payer: payer, exporter: exporter, store: store, intake: intake,
            revocation: Revocation(consent: consent, identities: identities), mayBeEmpty: mayBeEmpty)
    }
}
