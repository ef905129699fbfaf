import FHIR
import PDex

extension Revocation {
    /// Decides again for patients whose consents at the clinic changed, and for patients merged with them.
    ///
    /// Exchanges for other payers are left to the check at sending, since other terms apply.
    func follow(consentsAtClinicOf patients: Set<ResourceKey>, at now: Instant, _ writer: any StoreWriter) throws {
        var people: Set<ResourceKey> = []
        for patient in patients { people.formUnion(try samePerson(as: patient, writer)) }
        var denied: [ResourceKey: FaultCode] = [:]
        for person in people.sorted() {
            let exchanges = try exchanges(of: person, writer)
            guard let latest = exchanges.first else { continue }
            var withheld = 0
            for exchange in exchanges where isOpen(exchange) {
                if try takeBack(exchange, at: now, writer) { withheld += 1 }
            }
            guard let (code, evidence) = try objection(of: person, latest, writer) else { continue }
            denied[person] = code
            let held = try held(of: exchanges, writer)
            guard withheld > 0 || held != nil else { continue }
            try tell(
                "patient \(person) of \(terms.clinic.name)", code, evidence, withheld: withheld, held, at: now, writer)
        }
        if !denied.isEmpty { try cancelRequests(of: denied, at: now, writer) }
    }

    private func exchanges(of person: ResourceKey, _ reader: any StoreReader) throws -> [Exchange] {
        try reader.exchanges(
            matching: ExchangeFilter(member: person, payer: terms.payer.name), limit: Self.mostExchanges
        ).filter { $0.clinic == terms.clinic.name }
    }

    /// The patient, the one that took its place, and all who were merged with either.
    private func samePerson(as patient: ResourceKey, _ reader: any StoreReader) throws -> Set<ResourceKey> {
        let survivor = try exchanges(of: patient, reader).first?.match?.via
        return try ClinicConsents(terms: terms, identities: identities).charts.all(of: patient, via: survivor, reader)
    }

    /// How a consent at the clinic objects now; nil when no such consent decides.
    private func objection(
        of person: ResourceKey, _ latest: Exchange, _ reader: any StoreReader
    ) throws -> (FaultCode, ConsentEvidence)? {
        let consents = ClinicConsents(terms: terms, identities: identities)
        guard let member = latest.match?.member,
            let kept = try consents.recorded(of: person, via: latest.match?.via, reader)
        else { return nil }
        let decision = consent.decision(try CheckConsent.recorded(of: member, reader), kept)
        guard case .withhold(let code, let evidence) = decision,
            kept.contains(where: { $0.resource.key == evidence.consent })
        else { return nil }
        return (code, evidence)
    }
}
