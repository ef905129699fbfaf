import FHIR
import FHIRClient
import PDex

/// A payer that is told of files and fetches them, as one process sees it: the product's own `$bulk-submit` over a
/// simulated connection.
struct SubmittingPayer: PayerRelay {
    let server: any PayerServer
    let seams: ProcessSeams
    private let submitting: BulkSubmitPayer

    /// The URL at which the payer finds files.
    static let place = "https://files.example"

    init(
        _ server: any PayerServer, counter: SubmissionCounter, seams: ProcessSeams, clock: ProcessClock,
        identities: Identities, planted: PlantedMemory
    ) throws {
        self.server = server
        self.seams = seams
        let order = seams.order
        let session = try ServerSession(
            ServerConnection(name: "med0", side: .payer, base: server.base), keys: NoKeys(),
            transport: CounterTransport(counter: counter, seams: seams, planted: planted), clock: clock,
            retry: ReadRetry(jitter: { planted.random(order) }), requestID: { "simulated" })
        submitting = BulkSubmitPayer(
            session,
            submitter: BulkSubmitter(
                system: "https://med0.example/submitters", value: "clinic0", place: Self.place,
                token: Self.token(identities)))
    }

    /// The token that opens the files of a submission.
    static func token(_ identities: Identities) -> @Sendable (String) -> String {
        { identities.derived("submission-files", $0) }
    }

    func capability() async throws -> ServerCapability {
        let own = try await server.capability()
        return ServerCapability(
            fhirVersion: own.fhirVersion, systemInteractions: own.systemInteractions,
            systemOperations: ["bulk-submit", "bulk-submit-status"], types: own.types)
    }

    func submit(
        _ bundle: [UInt8], requestID: String, lastLook: @escaping @Sendable () async throws -> Void
    ) async throws -> PayerAnswer {
        try await seams.pass("before a delivery", .killedBeforeDelivery)
        if seams.weather.strikes(.killInDelivery) { try seams.end(.killedBeforeDelivery) }
        return try await submitting.submit(bundle, requestID: requestID, lastLook: lastLook)
    }
}

/// No tokens are requested in a simulation.
private struct NoKeys: KeyProvider {
    func keys() async throws -> [SigningKey] { [] }

    func sign(_ message: [UInt8], kid: String) async throws -> [UInt8] { [] }

    func publicJWKS() -> JSONValue { ["keys": []] }
}
