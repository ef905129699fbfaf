import FHIR
import PDex
import Serving

/// Clinic0 and Med0, each a FHIR R4 server with its own authorization server, on loopback ports.
///
/// ```swift
/// let sandbox = try SandboxServers(options)
/// try await withThrowingTaskGroup(of: Void.self) { group in
///     group.addTask { try await sandbox.run() }
///     let clinic = try await sandbox.clinicBase
///     …
///     group.cancelAll()
/// }
/// ```
public final class SandboxServers: Sendable {
    /// Bundles larger than this are refused with 413.
    static let bodyLimit = 64 << 20

    let clinic: Clinic0
    let payer: Med0
    /// The payer's id of the member whose first transaction ``SandboxFaults/refuseOnce`` refuses; nil without it.
    public let refusedMember: String?
    /// The drops that are left for Med0.
    let drops: DropIntake?
    let deliveries = DeliveryMeter()
    private let options: SandboxOptions

    /// Invents or loads everything; nothing listens yet. Throws ``SandboxError``.
    public init(_ options: SandboxOptions) throws {
        self.options = options
        drops = options.dropFolder.map(DropIntake.init)
        let world = try SandboxWorld(options)
        let refused = options.faults.refuseOnce ? world.refused : nil
        refusedMember = refused?.payerPatientID
        clinic = Clinic0(
            front: Self.front(
                id: options.clinicClientID, keys: options.clientKeys.clinic, scopes: options.clinicScopes, options),
            store: world.clinic, exports: ExportDesk(options.export), clock: options.clock)
        payer = try Med0(
            front: Self.front(
                id: options.payerClientID, keys: options.clientKeys.payer, scopes: options.payerScopes, options),
            store: world.payer, file: options.med0File, faults: FaultPlan(options.faults, seed: options.seed),
            refused: refused, members: MemberDesk(shape: options.memberMatch), bulkMatch: options.bulkMatch,
            exports: ExportDesk(options.payerExport), clock: options.clock)
    }

    /// Serves until the task is cancelled; call it once. Throws when a port cannot be bound.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let metered = MeteredEndpoint(
                endpoint: payer, meter: deliveries, latencyMilliseconds: options.latencyMilliseconds,
                clock: options.clock)
            let servers = [
                HTTPServer(
                    clinic, port: options.clinicPort, bodyLimit: Self.bodyLimit,
                    latencyMilliseconds: options.latencyMilliseconds, clock: options.clock),
                HTTPServer(metered, port: options.payerPort, bodyLimit: Self.bodyLimit, clock: options.clock),
            ]
            for server in servers { group.addTask { try await server.run() } }
            let fetcher = SubmissionFetcher(desk: payer.submissions, payer: payer)
            group.addTask { await fetcher.run() }
            // When either server or the fetcher ends, for whatever reason, all of them end.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// The FHIR base of Clinic0, `http://127.0.0.1:port/fhir/r4`; waits until it listens.
    public var clinicBase: String {
        get async throws { "http://127.0.0.1:\(try await clinic.bound.port())/fhir/r4" }
    }

    /// The FHIR base of Med0, `http://127.0.0.1:port/fhir/r4`; waits until it listens.
    public var payerBase: String {
        get async throws { "http://127.0.0.1:\(try await payer.bound.port())/fhir/r4" }
    }

    private static func front(id: String, keys: JSONValue, scopes: String, _ options: SandboxOptions) -> Front {
        Front(
            origin: Origin(),
            authorization: AuthorizationServer(
                client: RegisteredClient(id: id, jwks: keys, scopes: scopes), lifetime: options.tokenLifetime,
                clock: options.clock))
    }
}
