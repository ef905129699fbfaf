import FHIR
import PDex

/// Takes back what waits for members whose recorded consents changed and no longer permit it, in the transaction that
/// stages the change (CO-10, PP-07).
///
/// Members have no schedules of their own: each further run withholds the member until a consent permits again. The
/// audit trail names the exchange that brought what the payer has already; that stays there, or the next run takes it
/// back.
struct Revocation: Sendable {
    let consent: CheckConsent
    let identities: Identities

    var terms: ExchangeTerms { consent.terms }

    /// The most exchanges of a member that are looked at: what is open is among the latest.
    static let mostExchanges = 1000
    /// The most open requests that are looked through.
    private static let mostRequests = 100_000

    /// Acts on what a batch of the payer's records changes.
    func follow(_ concerned: ConcernedMembers, at now: Instant, _ writer: any StoreWriter) throws {
        try follow(concerned.consents, at: now, writer)
        for member in concerned.coverages.sorted() {
            let filter = ExchangeFilter(recognised: member, payer: terms.payer.name)
            for exchange in try writer.exchanges(matching: filter, limit: Self.mostExchanges)
            where exchange.clinic == terms.clinic.name && isOpen(exchange) {
                guard let fault = try consent.footing(of: exchange).faultOfCoverage(under: exchange, writer) else {
                    continue
                }
                try withhold(exchange, fault, at: now, writer)
            }
        }
    }

    func isOpen(_ exchange: Exchange) -> Bool {
        exchange.state.isPending && exchange.state.successors.contains(.withheld)
    }

    /// Decides again for each of the payer's `members`.
    func follow(_ members: Set<ResourceKey>, at now: Instant, _ writer: any StoreWriter) throws {
        var patients: [ResourceKey: FaultCode] = [:]
        for member in members.sorted() {
            let filter = ExchangeFilter(recognised: member, payer: terms.payer.name)
            let exchanges = try writer.exchanges(matching: filter, limit: Self.mostExchanges)
                .filter { $0.clinic == terms.clinic.name }
            guard !exchanges.isEmpty else { continue }
            var withheld = 0
            for exchange in exchanges where isOpen(exchange) {
                if try takeBack(exchange, at: now, writer) { withheld += 1 }
            }
            guard
                case .withhold(let code, let evidence) = consent.decision(try CheckConsent.recorded(of: member, writer))
            else { continue }
            for exchange in exchanges { patients[exchange.member] = code }
            let held = try held(of: exchanges, writer)
            guard withheld > 0 || held != nil else { continue }
            try tell(
                "member \(member) of \(terms.payer.name)", code, evidence, withheld: withheld, held, at: now, writer)
        }
        if !patients.isEmpty { try cancelRequests(of: patients, at: now, writer) }
    }

    /// After an operator decided who a patient is, checks again what waits for that patient, and for all patients who
    /// were recognised as one of the members concerned, such as by a merge.
    func follow(decisionOn patient: ResourceKey, _ member: ResourceKey?, at now: Instant, _ writer: any StoreWriter)
        throws
    {
        let own = try writer.exchanges(
            matching: ExchangeFilter(member: patient, payer: terms.payer.name), limit: Self.mostExchanges)
        var open = own
        for member in Set(own.compactMap { $0.match?.member } + [member].compactMap(\.self)).sorted() {
            open += try writer.exchanges(
                matching: ExchangeFilter(recognised: member, payer: terms.payer.name), limit: Self.mostExchanges)
        }
        var seen: Set<String> = []
        for exchange in open
        where exchange.clinic == terms.clinic.name && isOpen(exchange) && seen.insert(exchange.id).inserted {
            _ = try takeBack(exchange, at: now, writer)
        }
    }

    /// Records who no longer permits the disclosure, by which consent, and what follows.
    func tell(
        _ who: String, _ code: FaultCode, _ evidence: ConsentEvidence, withheld: Int, _ held: String?, at now: Instant,
        _ writer: any StoreWriter
    ) throws {
        let rest = held.map { "; the payer \($0), which \(afterwards(code))" } ?? ""
        try writer.record(
            AuditEntry(
                at: now, actor: "service", action: "consent.revoked",
                reason: "\(who), \(code.rawValue): \(evidence.words); \(withheld) exchanges taken back" + rest))
    }

    /// Says what the payer has, as a whole or perhaps in part, by the exchange that brought it last.
    func held(of exchanges: [Exchange], _ reader: any StoreReader) throws -> String? {
        let bringing = exchanges.filter { $0.carried > 0 }
        if let whole = bringing.first(where: { $0.state == .acknowledged }) {
            return "has what exchange \(whole.id) brought"
        }
        let part = try bringing.first { try Arrivals(of: $0.id, reader).isPossible }
        return part.map { "has a part, or may have, of what exchange \($0.id) brought" }
    }

    /// What becomes of what the payer has.
    private func afterwards(_ code: FaultCode) -> String {
        switch code == .consentDenied ? terms.afterRevocation : .leave {
        case .leave: "stays there"
        case .notify: "stays there until somebody tells the payer"
        case .enteredInError, .delete: "the next run takes back"
        }
    }

    /// Withholds an exchange that is not delivered yet, unless it is still permitted; returns whether it was withheld.
    func takeBack(_ exchange: Exchange, at now: Instant, _ writer: any StoreWriter) throws -> Bool {
        guard case .failure(let fault) = try consent.permit(toSend: exchange, writer, countingPermit: false) else {
            return false
        }
        try withhold(exchange, fault, at: now, writer)
        return true
    }

    private func withhold(
        _ exchange: Exchange, _ fault: Fault, at now: Instant, _ writer: any StoreWriter
    ) throws {
        _ = try writer.cancelOpenSubmissions(ofExchange: exchange.id)
        let entry = AuditEntry(
            at: now, actor: "service", action: "exchange.withheld", run: exchange.run, exchange: exchange.id,
            reason: "\(fault.code.rawValue): \(fault.message)")
        try writer.advance(
            exchange.id, to: .withheld, reason: fault.code, detail: fault.message, at: now, audit: entry)
    }

    /// Cancels requests for those patients that are not being answered yet.
    func cancelRequests(
        of patients: [ResourceKey: FaultCode], at now: Instant, _ writer: any StoreWriter
    ) throws {
        for request in try writer.memberRequests(
            matching: MemberRequestFilter(states: [.requested]), limit: Self.mostRequests)
        where terms.jobsOfRoute[request.job] != nil {
            let key = identities.key(source: terms.clinic.name, type: "Patient", id: request.patient)
            guard let code = patients[key] else { continue }
            let entry = AuditEntry(
                at: now, actor: "service", action: "request.cancelled", reason: "\(request.id): \(code.rawValue)")
            _ = try writer.advance(
                memberRequest: request.id, to: .cancelled, run: nil, reason: code, at: now, audit: entry)
        }
    }
}
