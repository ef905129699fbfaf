import Conformance
import FHIRClient
import Foundation
import Jobs
import Mappings
import PDex
import Pipeline

/// The clients of all configured servers and the mapping sets, each made once, when first needed.
///
/// Servers with equal transport settings share connections; each server has one client, which keeps one token.
actor Servers {
    /// The parts that make up a job's pipeline.
    struct Parts: Sendable {
        let terms: ExchangeTerms
        let clinic: any ClinicServer
        let payer: any PayerServer
        let payerExports: ClinicClient?
        let mappings: MappingSet
        /// Validates the payer's resources, and knows the value sets that mappings use; nil when the payer's gate is
        /// off and there are no such value sets.
        let validator: Validator?
        let quietHours: QuietHours?
    }

    private let configuration: Configuration
    private let clock: any WallClock
    private let fileToken: @Sendable (String) -> String
    private let observer: @Sendable (RunEvent) -> Void
    private var jobs: [Job]?
    private var keys: KeyFolder?
    private let limiters = HostLimiters()
    private var transports: [TransportSettings: CurlTransport] = [:]
    private var bulkLog: BulkLog?
    private var clinics: [String: any ClinicServer] = [:]
    private var payers: [String: any PayerServer] = [:]
    private var validator: Validator?
    private var mappingSets: [String: MappingSet] = [:]

    /// The servers of `configuration`; `fileToken` opens the files of a submission, and `observer` is called when a
    /// server makes us wait.
    init(
        _ configuration: Configuration, clock: any WallClock,
        fileToken: @escaping @Sendable (String) -> String = { _ in "" },
        observer: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.clock = clock
        self.fileToken = fileToken
        self.observer = observer
    }

    /// The parts of a job's pipeline. Throws a ``Fault`` about jobs, keys, mappings, packages or the configuration.
    func parts(of name: String) throws -> Parts {
        let jobs = try knownJobs()
        let job = try JobFolder.job(name, among: jobs)
        guard let clinic = configuration.clinic(job.clinic), let payer = configuration.payer(job.payer) else {
            throw Fault(
                .jobInvalid, .stop, "The job \(name) names a server that is not configured.",
                hint: "Run  pdex jobs lint.")
        }
        let terms = job.terms(
            clinic: clinic.server.party, payer: payer.server.party, coverage: payer.coverage,
            consent: payer.consent, numbers: try payer.match.knownNumbers(), inquiry: payer.match.inquiry,
            allowedTypes: payer.types.map { Set($0) },
            conformance: payer.conformance,
            consentPolicy: payer.consentPolicy, sensitivity: try sensitivity(of: clinic),
            jobsOfRoute: Dictionary(
                jobs.filter { $0.clinic == job.clinic && $0.payer == job.payer }.map { ($0.name, $0.rules) },
                uniquingKeysWith: { first, _ in first }),
            provenance: payer.provenance, retraction: payer.retraction, afterRevocation: payer.afterRevocation,
            breaker: payer.breaker,
            concurrency: payer.server.transport.maxConnections)
        return Parts(
            terms: terms, clinic: try client(of: clinic), payer: try client(of: payer, delivery: job.delivery.kind),
            payerExports: try exports(of: payer),
            mappings: try mappings(job.mappings),
            validator: try validator(for: try mappings(job.mappings), payer.conformance),
            quietHours: clinic.quietHours)
    }

    /// Asks the servers of a job what they offer, without waiting for the answers, so that mappings are read meanwhile.
    ///
    /// Later callers wait for the same answers. A clinic is not asked in its quiet hours, nor a payer whose server is
    /// not needed. Throws as ``parts(of:)`` does.
    func approach(_ name: String) throws {
        let job = try JobFolder.job(name, among: try knownJobs())
        if let settings = configuration.clinic(job.clinic), settings.quietHours?.end(at: clock.now()) == nil {
            let clinic = try client(of: settings)
            Task { _ = try? await clinic.capability() }
        }
        if let settings = configuration.payer(job.payer), job.delivery.kind.needsServer {
            let payer = try client(of: settings, delivery: job.delivery.kind)
            Task { _ = try? await payer.capability() }
        }
    }

    /// Validates resources, and knows the value sets that mappings use; nil when neither is needed.
    private func validator(for set: MappingSet, _ conformance: ConformancePolicy) throws(Fault) -> Validator? {
        if conformance.gate != .off {
            let validator = try knownValidator()
            try ProfileFiles.check(set, validator)
            return validator
        }
        return set.valueSets.isEmpty ? nil : try ProfileFiles(configuration).vocabulary(of: set)
    }

    /// A probe for each server, clinics first, but none for a payer with which only files are exchanged. Throws a
    /// ``Fault`` about jobs or keys.
    func probes() throws -> [(server: String, probe: AuthProbe)] {
        let jobs = try knownJobs()
        let connections =
            configuration.clinics.map { ($0.server, $0.connection(jobs: jobs, payers: configuration.payers)) }
            + configuration.payers.filter { !$0.isAskedNothing(by: jobs) }.map {
                ($0.server, $0.connection(jobs: jobs))
            }
        return try connections.compactMap { settings, connection in
            guard case .backendServices(let registration) = connection.authorization else { return nil }
            let probe = try AuthProbe(
                connection, registration, keys: try keyFolder(), transport: try transport(settings.transport),
                clock: clock)
            return (settings.name, probe)
        }
    }

    private func knownJobs() throws(Fault) -> [Job] {
        if let jobs { return jobs }
        let loaded = try JobFolder.load(configuration)
        jobs = loaded
        return loaded
    }

    private func client(of clinic: ClinicSettings) throws -> any ClinicServer {
        if let known = clinics[clinic.server.name] { return known }
        let client = ClinicClient(
            try session(
                clinic.connection(jobs: try knownJobs(), payers: configuration.payers), clinic.server))
        let logged = try logged(client)
        clinics[clinic.server.name] = logged
        return logged
    }

    /// The clinic, with a log of its exports if the configuration asks for one.
    private func logged(_ client: ClinicClient) throws -> any ClinicServer {
        guard let path = configuration.bulkLog else { return client }
        let log = try bulkLog ?? BulkLog(path: path)
        bulkLog = log
        return LoggedClinic(client, log: log, clock: clock)
    }

    private func client(
        of payer: PayerSettings, delivery: ExchangeTerms.Delivery.Kind
    ) throws -> any PayerServer {
        // For each bundle, the outbox says which of the two kinds it is.
        let key = "\(payer.server.name) \(delivery.isBundle ? "bundles" : delivery.rawValue)"
        if let known = payers[key] { return known }
        let server = try server(of: payer, delivery: delivery)
        payers[key] = server
        return server
    }

    private func server(
        of payer: PayerSettings, delivery: ExchangeTerms.Delivery.Kind
    ) throws -> any PayerServer {
        guard payer.server.client != nil else {
            return try dropping(UnaskedPayer(name: payer.server.name, base: payer.server.base), payer)
        }
        let session = try session(payer.connection(jobs: try knownJobs()), payer.server)
        switch delivery {
        case .transaction, .batch, .put: return PayerClient(session, delivery: delivery)
        case .fileDrop: return try dropping(PayerClient(session), payer)
        case .bulkSubmit: return try submitting(session, payer)
        }
    }

    /// The payer as one for which files are left in a folder.
    private func dropping(_ server: any PayerServer, _ payer: PayerSettings) throws(Fault) -> any PayerServer {
        guard let folder = payer.dropFolder else { throw Self.lacking("drop-folder", payer) }
        return DropPayer(server, name: payer.server.name, folder: folder, clock: clock)
    }

    /// The payer as one that fetches files.
    private func submitting(_ session: ServerSession, _ payer: PayerSettings) throws(Fault) -> any PayerServer {
        guard let submitter = payer.submitter, let files = configuration.files else {
            throw Self.lacking("submitter, or there are no files", payer)
        }
        return BulkSubmitPayer(
            session,
            submitter: BulkSubmitter(
                system: submitter.system, value: submitter.value, place: files.url, token: fileToken))
    }

    private static func lacking(_ what: String, _ payer: PayerSettings) -> Fault {
        Fault(.jobInvalid, .stop, "The payer \(payer.server.name) has no \(what).", hint: "Run  pdex jobs lint.")
    }

    /// The payer's server as an exporting one; nil when its records come another way.
    private func exports(of payer: PayerSettings) throws -> ClinicClient? {
        guard payer.exports else { return nil }
        return ClinicClient(try session(payer.connection(jobs: try knownJobs()), payer.server))
    }

    private func session(_ connection: ServerConnection, _ settings: ServerSettings) throws -> ServerSession {
        try ServerSession(
            connection, keys: try keyFolder(), transport: try transport(settings.transport), clock: clock,
            limiters: limiters, waits: { [observer] in observer(.waiting(seconds: $0, why: $1)) })
    }

    private func mappings(_ name: String) throws -> MappingSet {
        if let known = mappingSets[name] { return known }
        let set = try MappingFolders(path: configuration.mappings).load(name)
        mappingSets[name] = set
        return set
    }

    /// The validator for the gates of all payers, loaded once: profiles are compiled on first use.
    private func knownValidator() throws(Fault) -> Validator {
        if let validator { return validator }
        let loaded = try ProfileFiles(configuration).validator()
        validator = loaded
        return loaded
    }

    private func sensitivity(of clinic: ClinicSettings) throws -> Sensitivity {
        let lists = try SensitivityLists.load(configuration)
        return Sensitivity(lists.categories, clinic: clinic.server.name, mark: lists.mark)
    }

    private func keyFolder() throws -> KeyFolder {
        if let keys { return keys }
        let folder = try KeyFolder(path: configuration.keys)
        keys = folder
        return folder
    }

    private func transport(_ settings: TransportSettings) throws(Fault) -> CurlTransport {
        if let known = transports[settings] { return known }
        let transport = CurlTransport(try settings.options(environment: ProcessInfo.processInfo.environment))
        transports[settings] = transport
        return transport
    }
}
