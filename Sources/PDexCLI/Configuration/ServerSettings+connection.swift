import FHIRClient
import Jobs
import PDex

extension ClinicSettings {
    /// The connection to the clinic: read-only, and limited to the types that the jobs take from it and to what is
    /// needed to ask those of `payers` who a patient is.
    func connection(jobs: [Job], payers: [PayerSettings]) -> ServerConnection {
        var connection = server.connection(.clinic, scopes(jobs, payers) { $0.pulledTypes })
        // The clinic's consents can only withhold, so a server that does not know their scope must not stop the night.
        connection.neededScopes = server.scopes(scopes(jobs, payers) { $0.sentTypes() })
        connection.maxFileBytes = maxFileBytes
        connection.maxPages = maxPages
        return connection
    }

    private func scopes(
        _ jobs: [Job], _ payers: [PayerSettings], _ types: (ExchangeTerms.Selection) -> [String]
    ) -> ScopeSet {
        var scopes = ScopeSet()
        for job in jobs where job.clinic == server.name {
            for type in ["Patient"] + types(job.selection) { scopes.allow(type, [.read, .search]) }
            if job.selection.group != nil { scopes.allow("Group", [.read]) }
            // The resources with which a payer is asked are not read until it has to be asked.
            guard job.matchBy.contains(.memberMatch) else { continue }
            scopes.allow("Coverage", [.read, .search])
            scopes.allow("Organization", [.read])
            let consent = payers.first { $0.server.name == job.payer }?.match.inquiry.consent ?? .never
            if consent != .never { scopes.allow("Consent", [.read, .search]) }
        }
        return scopes
    }
}

extension PayerSettings {
    /// The connection to the payer: reading members and their consents, writing what the jobs deliver.
    func connection(jobs: [Job]) -> ServerConnection {
        var scopes = ScopeSet()
        // What was sent before the types became fewer may have to be taken back.
        let takesBack = retraction != .off || afterRevocation.retraction != nil
        let allowed = takesBack ? nil : types.map { Set($0) }
        for job in jobs where job.payer == server.name {
            // Files are left in a folder; nothing is written to the server.
            let written =
                job.delivery.kind.writesToServer
                ? ["Patient"] + job.selection.sentTypes(allowed: allowed) : []
            for type in written {
                scopes.allow(
                    type,
                    retraction == .delete || afterRevocation == .delete
                        ? [.create, .update, .delete] : [.create, .update])
            }
            // SUB-05.
            if job.delivery.kind == .bulkSubmit { scopes.ask("system/bulk-submit") }
            if coverage.isServed {
                // The organization says who the payor of a coverage is.
                for type in ["Patient", "Coverage", "Organization"] + (coverage == .fhir ? [] : ["Group"]) {
                    scopes.allow(type, [.read, .search])
                }
            }
            if consent.isServed { scopes.allow("Consent", [.read, .search]) }
            if job.matchBy.contains(.memberMatch) {
                scopes.allow("Patient", [.read, .search])
                // The answer about many patients comes as Groups.
                if match.inquiry.asksMany { scopes.allow("Group", [.read]) }
            }
        }
        return server.connection(.payer, scopes)
    }

    /// Whether only files are exchanged with it.
    func isAskedNothing(by jobs: [Job]) -> Bool {
        let ofPayer = jobs.filter { $0.payer == server.name }
        return !ofPayer.isEmpty && ofPayer.allSatisfy { !$0.delivery.kind.writesToServer }
            && connection(jobs: jobs).scopes.isEmpty
    }
}

extension ServerSettings {
    /// Those scopes, and the extra ones that the configuration lists.
    fileprivate func scopes(_ scopes: ScopeSet) -> ScopeSet {
        var scopes = scopes
        for scope in extraScopes { scopes.ask(scope) }
        return scopes
    }

    /// The connection to the server, with the scopes to request (SBS-43: least privilege).
    fileprivate func connection(_ side: ServerConnection.Side, _ scopes: ScopeSet) -> ServerConnection {
        let scopes = self.scopes(scopes)
        let registration = client.map { client in
            ServerConnection.BackendServices(
                clientID: client.id, keyID: client.key, tokenURL: tokenEndpoint, audience: audience,
                scopeForm: self.scopes)
        }
        var connection = ServerConnection(
            name: name, side: side, base: base,
            authorization: registration.map { .backendServices($0) } ?? .none, scopes: scopes,
            tokenOrigins: tokenOrigins, openOrigins: fileOrigins, allowsPrivateNetwork: isPrivate,
            maxConnections: transport.maxConnections)
        connection.showsCertificate = transport.clientCertificate != nil
        return connection
    }
}

extension TransportSettings {
    /// The options of the transport. Throws a fault if the key of our certificate is unusable.
    func options(environment: [String: String]) throws(Fault) -> TransportOptions {
        try clientCertificate?.checkKey()
        var options = TransportOptions(
            authoritiesPath: authorities, proxies: ProxySettings(environment: environment), maxThreads: maxConnections)
        options.clientCertificate = clientCertificate
        return options
    }

    /// The certificate that we present to servers that ask for one.
    var clientCertificate: TransportOptions.ClientCertificate? {
        guard let certificate, let certificateKey else { return nil }
        return .init(certificatePath: certificate, keyPath: certificateKey)
    }
}
