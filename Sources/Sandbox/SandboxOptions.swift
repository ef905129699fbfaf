public import FHIR
public import PDex

/// What a sandbox holds, where it listens and what goes wrong in it.
public struct SandboxOptions: Sendable {
    /// The public keys of the two clients, as JWK Sets.
    public struct ClientKeys: Sendable {
        /// The keys registered at Clinic0.
        public var clinic: JSONValue
        /// The keys registered at Med0.
        public var payer: JSONValue

        /// Pairs the two sets.
        public init(clinic: JSONValue, payer: JSONValue) {
            self.clinic = clinic
            self.payer = payer
        }
    }

    /// The seed by which one invented population, and one sequence of faults, differs from another.
    public var seed: UInt64 = 1
    /// How many people are invented; not used with ``clinicData``.
    public var members = 50
    /// The end of the invented story; nil for the midnight (UTC) before the present.
    public var asOf: Instant?
    /// A folder with a clinic's data to serve instead: `*.ndjson`, `*.ndjson.gz`, Bundles as `*.json`.
    public var clinicData: String?
    /// With ``clinicData``: how many Patients, the last by id, get neither Coverage nor Consent.
    public var exceptMembers = 2
    /// The file that keeps what Med0 was sent across restarts; nil to forget it.
    public var med0File: String?
    /// The folder from which Med0 takes drops of files; nil for none.
    public var dropFolder: String?
    /// The port of Clinic0; 0 for any.
    public var clinicPort = 0
    /// The port of Med0; 0 for any.
    public var payerPort = 0
    /// What goes wrong at Med0.
    public var faults = SandboxFaults()
    /// The keys of the clients that may ask for tokens.
    public var clientKeys: ClientKeys
    /// The client id registered at Clinic0.
    public var clinicClientID = "pdex-clinic0"
    /// The client id registered at Med0.
    public var payerClientID = "pdex-med0"
    /// What the client may be granted at Clinic0, separated by spaces.
    public var clinicScopes = "system/*.rs"
    /// What the client may be granted at Med0, separated by spaces.
    public var payerScopes = "system/*.cruds system/bulk-submit"
    /// How long a token lives, in seconds.
    public var tokenLifetime = 300
    /// How Med0 answers the question of who somebody is.
    public var memberMatch = MemberMatchShape.uniqueMember
    /// How Med0 answers the question of who many people are.
    public var bulkMatch = BulkMatchShape.groups
    /// How Med0 handles requests that are answered later: matches of many members, and exports.
    public var payerExport = ExportHabits()
    /// Whether Clinic0 has the insurance cards of people whose member id it does not have on file.
    public var hasCards = false
    /// How Clinic0 runs its exports.
    public var export = ExportHabits()
    /// How long Clinic0 and Med0 take for each answer, in milliseconds, in addition to the work itself.
    public var latencyMilliseconds = 0
    /// The sandbox's clock: tokens, `meta.lastUpdated`, the `Date` header.
    public var clock: any WallClock

    /// Everything else has a default.
    public init(clientKeys: ClientKeys, clock: any WallClock) {
        self.clientKeys = clientKeys
        self.clock = clock
    }
}
