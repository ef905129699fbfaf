public import FHIR

/// What the decision reads of an HRex Consent (HC-01 … HC-05).
public struct Consent: Sendable, Hashable {
    /// Who an actor of the provision is.
    public struct Actor: Sendable, Hashable {
        /// Codes of `actor.role`, such as `performer` or `IRCP`.
        public let roles: Set<String>
        /// Values of `actor.reference.identifier`, such as an NPI.
        public let identifier: String?
        /// `actor.reference.reference`.
        public let reference: String?
    }

    /// The two HRex policies.
    public enum Policy: String, Sendable { case regular, sensitive }

    /// `Consent.status`.
    public let status: String
    /// Codes of `Consent.scope`.
    public let scopes: Set<String>
    /// `Consent.patient.reference`.
    public let patient: String?
    /// The HRex policy, when exactly one is named.
    public let policy: Policy?
    /// `provision.type`.
    public let provisionType: String?
    /// `provision.period`.
    public let period: Period?
    /// `provision.actor`.
    public let actors: [Actor]
    /// Codes of `provision.action`.
    public let actions: Set<String>
    /// Whether the provision holds anything that HRex forbids and we could not honour (HC-04).
    public let hasUnsupportedProvision: Bool

    /// Reads a Consent.
    public init(_ resource: Resource) {
        status = resource["status"]?.string ?? ""
        scopes = Self.codes(resource["scope"])
        patient = resource["patient"]?["reference"]?.string
        let policies = (resource["policy"]?.elements ?? []).compactMap { $0["uri"]?.string }
        policy = policies.count == 1 ? Self.policy(policies[0]) : nil
        let provision = resource["provision"]
        provisionType = provision?["type"]?.string
        period = provision?["period"].flatMap(Period.init)
        actors = (provision?["actor"]?.elements ?? []).map { actor in
            Actor(
                roles: Self.codes(actor["role"]),
                identifier: actor["reference"]?["identifier"]?["value"]?.string,
                reference: actor["reference"]?["reference"]?.string
            )
        }
        actions = Set((provision?["action"]?.elements ?? []).flatMap { Self.codes($0) })
        let forbidden = ["securityLabel", "purpose", "class", "code", "dataPeriod", "data", "provision"]
        hasUnsupportedProvision = forbidden.contains { provision?[$0] != nil }
    }

    private static func policy(_ uri: String) -> Policy? {
        let page = "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#"
        guard uri.hasPrefix(page) else { return nil }
        return Policy(rawValue: String(uri.dropFirst(page.count)))
    }

    private static func codes(_ concept: JSONValue?) -> Set<String> {
        Set((concept?["coding"]?.elements ?? []).compactMap { $0["code"]?.string })
    }
}
