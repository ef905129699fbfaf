public import FHIR

/// What decided a disclosure, and when; kept with the exchange and repeated in its audit entries (CO-11).
public struct ConsentEvidence: Sendable, Hashable {
    /// The staged Consent that decided; nil when none did and silence decided, under either policy.
    public let consent: ResourceKey?
    /// Its `meta.versionId` at the payer.
    public let versionID: String?
    /// 64 bits of SHA-256 over its bytes; nil when ``consent`` is nil.
    public let contentHash: Int64?
    /// The rule that fired, such as `HRex Consent #regular`, or why nothing is permitted; never PHI.
    public let rule: String
    /// When it was decided; nil when an earlier version of the store did not record it.
    public let at: Instant?

    /// Assembles the evidence.
    public init(consent: ResourceKey?, versionID: String?, contentHash: Int64?, rule: String, at: Instant? = nil) {
        self.consent = consent
        self.versionID = consent == nil ? nil : versionID
        self.contentHash = consent == nil ? nil : contentHash ?? 0
        self.rule = rule
        self.at = at
    }

    /// Whether the same version of the same consent decided by the same rule, at whatever time (CO-03).
    public func isSame(as other: ConsentEvidence) -> Bool {
        consent == other.consent && versionID == other.versionID && contentHash == other.contentHash
            && rule == other.rule
    }

    /// The same evidence with a remark about what was asked.
    public func noting(_ words: String) -> ConsentEvidence {
        ConsentEvidence(
            consent: consent, versionID: versionID, contentHash: contentHash, rule: "\(rule); \(words)", at: at)
    }

    /// The evidence in one line, for the audit trail: rule, consent, version and hash.
    public var words: String {
        guard let consent, let contentHash else { return rule }
        let hash = String(UInt64(bitPattern: contentHash), radix: 16)
        return "\(rule); consent \(consent), version \(versionID ?? "unknown"), hash \(hash)"
    }
}
