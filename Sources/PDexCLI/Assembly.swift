import FHIRClient
import Foundation
import Jobs
import PDex
import Pipeline
import SQLiteStore

/// The one place where everything is wired: clock, chance, identities, store, servers, pipelines, operations.
struct Assembly: Sendable {
    /// SHA-256 from OpenSSL, for the modules that must not depend on it.
    static let digests = Digests { SHA256.hash($0) }

    let configuration: Configuration
    let clock: any WallClock
    let store: SQLiteExchangeStore
    let operations: Operations
    let servers: Servers
    /// The token that opens the files of a submission.
    let fileToken: @Sendable (String) -> String

    /// Opens what `configuration` names. `actor` is recorded in the audit trail; `observer` receives events of runs.
    ///
    /// `ignoresQuietHours` lets runs begin in the quiet hours of their clinics; `mostMissing` is how many resources may
    /// disappear at once; `announce` is told when the identity secret is made. Jobs, keys and mappings are read, and
    /// servers contacted, only when a pipeline is requested.
    init(
        _ configuration: Configuration, actor: String = NSUserName(), ignoresQuietHours: Bool = false,
        mostMissing: Int = ExchangePipeline.usualMostMissing,
        observer: @escaping @Sendable (RunEvent) -> Void = { _ in },
        announce: (String) -> Void = { Terminal.write($0 + "\n", to: 2) }
    ) throws {
        let clock = SystemClock()
        let secret = try IdentitySecret.load(
            path: configuration.identitySecret,
            storeExists: FileManager.default.fileExists(atPath: configuration.store), announce: announce)
        let identities = Identities(secret: secret, digests: Self.digests)
        let store = try SQLiteExchangeStore.open(
            path: configuration.store, digests: Self.digests, identities: identities)
        let fileToken = Self.fileToken(identities)
        let servers = Servers(configuration, clock: clock, fileToken: fileToken, observer: observer)
        let owner = ProcessName.current
        let turns = PayerTurns()

        self.configuration = configuration
        self.clock = clock
        self.store = store
        self.fileToken = fileToken
        self.servers = servers
        operations = Operations(
            store: store, clock: clock, identities: identities, actor: actor, owner: owner.text,
            ownerIsGone: { ProcessName($0)?.hasNoClaim ?? true }, calendar: configuration.calendar
        ) { job in
            let parts = try await servers.parts(of: job)
            var pipeline = ExchangePipeline(
                terms: parts.terms, clinic: parts.clinic, payer: parts.payer,
                payerExports: parts.payerExports, store: store, mappings: parts.mappings, validator: parts.validator,
                identities: identities, clock: clock, random: { Double.random(in: 0..<1) }, owner: owner.text,
                ownerIsGone: { ProcessName($0)?.isGone ?? false },
                quietUntil: { ignoresQuietHours ? nil : parts.quietHours?.end(at: $0) }, turns: turns,
                observer: observer)
            pipeline.mostMissing = mostMissing
            return pipeline
        }
    }

    /// The store alone, for reading; it is not created if it is missing. Throws `store.failed`.
    static func store(of configuration: Configuration) throws -> SQLiteExchangeStore {
        guard FileManager.default.fileExists(atPath: configuration.store) else {
            throw Fault(
                .storeFailed, .stop, "There is no store \(configuration.store) yet.",
                hint: "The first  pdex run  makes it.")
        }
        return try SQLiteExchangeStore.open(path: configuration.store, digests: digests)
    }
}
