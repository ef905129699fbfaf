public import FHIR

/// One member's data on its way to one payer, as one run found it: all of it, of which only what is new goes out.
///
/// Operators count, look at and replay exchanges; nothing smaller has a state of its own
/// until it becomes a ``Submission``. The identifier is derived, so that making the same
/// exchange twice finds the first instead of adding a second.
public struct Exchange: Sendable, Hashable, Identifiable {
    /// Derived from member, payer and run, from the exchange that it replays or that a restored store remembers, and
    /// from a hash of what it rests on: a run that goes on may find that coverage or consent has changed.
    public let id: String
    /// The job that made it.
    public let job: String
    /// The run that made it.
    public let run: String
    /// The clinic's Patient.
    public let member: ResourceKey
    /// The configured name of the clinic.
    public let clinic: String
    /// The configured name of the payer.
    public let payer: String
    /// Where it stands.
    public var state: ExchangeState
    /// Why it stands there, when that is a side exit.
    public var reason: FaultCode?
    /// The reason in words, without PHI.
    public var detail: String?
    /// Everything that decided its content: staged hashes, coverage, consent, mapping. Equal means nothing new.
    public let fingerprint: Int64
    /// What became of each staged resource of the member.
    public var manifest: ExchangeManifest
    /// How many of the member's own resources are in its bundles.
    public let carried: Int
    /// How many more the payer already held when it was made.
    public let unchanged: Int
    /// The consent evidence that permitted or withheld it (CO-11).
    public var consent: ConsentEvidence?
    /// Why the patient was taken for a member.
    public var match: MatchEvidence?
    /// The hash of the mapping set that was used.
    public let mapping: String
    /// The only types that were asked for, out of its job's; empty for all of them. A replay keeps to them.
    public let types: [String]
    /// The exchange that this one replays.
    public let replayOf: String?
    /// When it was made.
    public let created: Instant
    /// When it last changed.
    public var updated: Instant

    /// Whether all it does is take back, by id, what the payer holds: that discloses nothing and rests on no consent.
    public var isRetraction: Bool {
        consent == nil && carried == 0 && manifest.entries.contains(where: \.isTakenBack)
            && manifest.entries.allSatisfy { $0.leftOut != nil }
    }

    /// Why nothing else goes with it, of an exchange that only takes back; nil of any other.
    public var takesBackFor: FaultCode? { isRetraction ? manifest.reasonBesides : nil }

    /// Where the member stands by it, and why. One that only took back has brought the payer nothing, though it is
    /// acknowledged: the member stands where nothing is sent.
    public var memberStanding: (state: ExchangeState, reason: FaultCode?) {
        guard state == .acknowledged, let code = takesBackFor else { return (state, reason) }
        return (code.exit, code)
    }

    /// Assembles an exchange.
    public init(
        id: String, job: String, run: String, member: ResourceKey, clinic: String, payer: String,
        state: ExchangeState, reason: FaultCode? = nil, detail: String? = nil, fingerprint: Int64,
        manifest: ExchangeManifest, carried: Int = 0, unchanged: Int = 0, consent: ConsentEvidence? = nil,
        match: MatchEvidence? = nil, mapping: String, types: [String] = [], replayOf: String? = nil,
        created: Instant, updated: Instant
    ) {
        self.id = id
        self.job = job
        self.run = run
        self.member = member
        self.clinic = clinic
        self.payer = payer
        self.state = state
        self.reason = reason
        self.detail = detail
        self.fingerprint = fingerprint
        self.manifest = manifest
        self.carried = carried
        self.unchanged = unchanged
        self.consent = consent
        self.match = match
        self.mapping = mapping
        self.types = types
        self.replayOf = replayOf
        self.created = created
        self.updated = updated
    }
}
