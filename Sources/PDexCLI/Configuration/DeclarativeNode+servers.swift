import DeclarativeFiles
import FHIRClient
import PDex

extension DeclarativeNode {
    /// The named servers listed here, such as the clinics; `names` are the names already taken.
    func servers<Settings>(
        _ what: String, _ names: inout Set<String>, _ report: inout FileReport,
        read: (DeclarativeNode, String, inout FileReport) -> Settings?
    ) -> [Settings] {
        let entries = openFields(&report)
        if isMapping, entries.isEmpty { report.report("'\(what)s' must name at least one \(what)", at: self) }
        var servers: [Settings] = []
        for (name, position, node) in entries {
            if !Self.isName(name) {
                report.report(
                    "'\(name.prefix(64))' cannot be the name of a \(what): use a letter and then letters, digits and "
                        + "dashes, all small, at most 64",
                    path: path, position: position)
            }
            if !names.insert(name).inserted {
                report.report(
                    "'\(name)' is the name of another server; each needs its own", path: path, position: position)
            }
            if let server = read(node, name, &report) { servers.append(server) }
        }
        return servers
    }

    /// A clinic.
    func clinic(_ name: String, _ report: inout FileReport) -> ClinicSettings? {
        let required = ["base", "client-id", "key", "identifier-system", "organization"]
        let fields = fields(
            required + ["max-file-size", "max-pages", "quiet-hours"] + Self.serverKeys, required: required,
            in: "a clinic",
            &report)
        let maxPages = fields["max-pages"]?.int(in: 100...100_000_000, &report)
        let maxFileBytes = fields["max-file-size"]?.byteSize(&report)
        if let maxFileBytes, let node = fields["max-file-size"], !(1_000_000...(1 << 40)).contains(maxFileBytes) {
            report.report("'max-file-size' must be from 1MB to 1024GiB", at: node)
        }
        let quietHours = fields["quiet-hours"]?.quietHours(&report)
        return server(name, fields, &report).map { server in
            ClinicSettings(
                server: server, maxFileBytes: maxFileBytes ?? ServerConnection.usualMaxFileBytes,
                quietHours: quietHours, maxPages: maxPages ?? ServerConnection.usualMaxPages)
        }
    }

    /// A payer; `folders` are the drop folders of other payers.
    func payer(_ name: String, _ folders: inout Set<String>, _ report: inout FileReport) -> PayerSettings? {
        let required = ["base", "organization"]
        let fields = fields(
            required
                + [
                    "client-id", "key", "coverage", "consent", "consent-policy", "match", "types", "identifier-system",
                    "conformance",
                    "on-invalid", "retract", "after-revocation", "circuit-breaker", "provenance",
                    "provenance-sources", "pdex", "drop-folder", "submitter",
                ]
                + Self.serverKeys,
            required: required, in: "a payer", &report)
        let coverage = fields["coverage"].map { $0.recordSource(allowsRoster: true, &report) } ?? .fhir
        let consent = fields["consent"].map { $0.recordSource(allowsRoster: false, &report) } ?? .fhir
        let match = fields["match"]?.match(&report)
        let types = fields["types"]?.allowedTypes(&report)
        let policy = fields["consent-policy"]?.choice(ConsentPolicy.self, &report) ?? .optIn
        let gate = fields["conformance"]?.choice(ConformancePolicy.Gate.self, &report) ?? .strict
        let onInvalid = fields["on-invalid"]?.choice(ConformancePolicy.Failure.self, &report)
        if let node = fields["on-invalid"], gate != .strict {
            report.report("'on-invalid' is for 'conformance: strict', which keeps back what does not conform", at: node)
        }
        let retraction = fields["retract"]?.choice(ExchangeTerms.Retraction.self, &report)
        let detail = fields["provenance"]?.choice(ProvenancePolicy.Detail.self, &report) ?? .eachAuthor
        let sources = fields["provenance-sources"]?.choice(ProvenancePolicy.Sources.self, &report) ?? .reference
        let version = fields["pdex"]?.choice(ProvenancePolicy.Version.self, &report)
        let breaker = fields["circuit-breaker"]?.breakerPolicy(&report)
        let afterRevocation = fields["after-revocation"]?.choice(ExchangeTerms.AfterRevocation.self, &report)
        let submitter = fields["submitter"]?.submitter(&report)
        let dropFolder = fields["drop-folder"]?.dropFolder(&folders, &report)
        guard let server = server(name, fields, &report), let coverage, let consent else { return nil }
        let settings = PayerSettings(
            server: server, coverage: coverage, consent: consent, match: match ?? MatchSettings(), types: types,
            conformance: ConformancePolicy(gate: gate, onInvalid: onInvalid ?? .leaveOut),
            provenance: ProvenancePolicy(detail: detail, sources: sources, version: version), consentPolicy: policy,
            retraction: retraction ?? .enteredInError, afterRevocation: afterRevocation ?? .leave,
            dropFolder: dropFolder, submitter: submitter, breaker: breaker ?? BreakerPolicy())
        if server.client == nil {
            let given = ["client-id", "key"].compactMap { fields[$0] }
            if let why = given.isEmpty ? settings.asked : "one of them is here" {
                report.report("a payer whose server is asked needs 'client-id' and 'key': \(why)", at: self)
            }
        }
        return settings
    }

    private static let serverKeys = [
        "scopes", "extra-scopes", "token-endpoint", "audience", "token-origins", "file-origins", "private-network",
        "ca-file",
        "client-certificate", "max-connections",
    ]

    private func server(
        _ name: String, _ fields: [String: DeclarativeNode], _ report: inout FileReport
    ) -> ServerSettings? {
        let base = fields["base"]?.url(&report)
        let client = client(fields, &report)
        let system = fields["identifier-system"]?.identifierSystem(&report)
        let organization = fields["organization"]?.organization(&report)
        let scopes = fields["scopes"]?.choice(ScopeForm.self, &report)
        let extraScopes = fields["extra-scopes"]?.verbatimScopes(&report) ?? []
        let tokenEndpoint = fields["token-endpoint"]?.url(&report)
        let audience = fields["audience"]?.url(&report)
        let tokenOrigins = fields["token-origins"]?.urls(&report)
        let fileOrigins = fields["file-origins"]?.urls(&report)
        let isPrivate = fields["private-network"]?.bool(&report)
        let transport = transport(fields, &report)
        guard let base, let organization else { return nil }
        return ServerSettings(
            name: name, base: base, client: client, npi: organization.npi,
            organization: organization.name, identifierSystem: system ?? base, scopes: scopes,
            extraScopes: extraScopes, tokenEndpoint: tokenEndpoint, audience: audience,
            tokenOrigins: tokenOrigins ?? [],
            fileOrigins: fileOrigins ?? [], isPrivate: isPrivate ?? false, transport: transport)
    }

    /// Our registration at the server.
    private func client(_ fields: [String: DeclarativeNode], _ report: inout FileReport) -> ClientSettings? {
        let id = fields["client-id"]?.string(&report)
        let key = fields["key"]?.string(&report)
        guard let id, let key else { return nil }
        return ClientSettings(id: id, key: key)
    }

    /// Scopes, each a single word (RFC 6749 §3.3).
    private func verbatimScopes(_ report: inout FileReport) -> [String] {
        (list(&report) ?? []).compactMap { element in
            guard let scope = element.string(&report) else { return nil }
            let isWord = scope.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }
            guard isWord, 1...512 ~= scope.utf8.count else {
                report.report("'\(scope.prefix(64))' is not a scope: one word of printable ASCII", at: element)
                return nil
            }
            return scope
        }
    }

    private func transport(
        _ fields: [String: DeclarativeNode], _ report: inout FileReport
    ) -> TransportSettings {
        var settings = TransportSettings()
        settings.authorities = fields["ca-file"]?.filePath(&report)
        if let node = fields["client-certificate"] {
            let parts = ["certificate", "key"]
            let files = node.fields(parts, required: parts, in: "a client certificate", &report)
            settings.certificate = files["certificate"]?.filePath(&report)
            settings.certificateKey = files["key"]?.filePath(&report)
        }
        if let most = fields["max-connections"]?.int(in: 1...32, &report) { settings.maxConnections = most }
        return settings
    }

    private func organization(_ report: inout FileReport) -> (npi: String, name: String)? {
        let fields = fields(["npi", "name"], required: ["npi", "name"], in: "an organization", &report)
        let name = fields["name"]?.string(&report)
        guard let node = fields["npi"], let npi = node.string(&report) else { return nil }
        guard NPI.isValid(npi) else {
            report.report("'npi' must be ten digits with the right check digit, in quotes", at: node)
            return nil
        }
        return name.map { (npi, $0) }
    }

    /// The same form as for job names, so that a name is safe in paths, logs and SQL.
    private static func isName(_ text: String) -> Bool {
        let isFirst = text.utf8.first.map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 } ?? false
        return isFirst && text.utf8.count <= 64
            && text.utf8.allSatisfy {
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || $0 == UInt8(ascii: "-")
            }
    }
}
