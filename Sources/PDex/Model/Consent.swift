public import FHIR

/// What the decision reads from an HRex Consent (HC-01 … HC-05).
///
/// A code counts only with its system: `performer` in another code system means something else.
public struct Consent: Sendable, Hashable {
    /// An actor of the provision.
    public struct Actor: Sendable, Hashable {
        /// The two actors of HRex (HC-03).
        public enum Role: Sendable, Hashable {
            /// `provenance-participant-type#performer`: the source.
            case source
            /// `v3-ParticipationType#IRCP`: the recipient.
            case recipient
        }

        /// What `actor.role` says.
        public let roles: Set<Role>
        /// `actor.reference.identifier`, such as an NPI.
        public let identifier: Identifier?
    }

    /// The two HRex policies.
    public enum Policy: String, Sendable { case regular, sensitive }

    /// What shows that the member agreed (`source[x]`).
    public enum Evidence: Sendable, Hashable {
        /// A reference to a DocumentReference, as HRex wants it.
        case document
        /// An attachment, or a reference to something else.
        case other
        /// None.
        case none
    }

    /// `Consent.status`.
    public let status: String
    /// `Consent.dateTime`: when it was given; nil when it is missing or not a date.
    public let given: FHIRDate?
    /// Whether `Consent.scope` is `consentscope#patient-privacy`.
    public let isAboutPrivacy: Bool
    /// Whether a `Consent.category` is `v3-ActCode#IDSCL`, information disclosure.
    public let isAboutDisclosure: Bool
    /// How many `Consent.performer` (those who agreed) there are.
    public let performers: Int
    /// What `source[x]` is.
    public let evidence: Evidence
    /// The HRex policy, when exactly one is named.
    public let policy: Policy?
    /// `provision.type`.
    public let provisionType: String?
    /// `provision.period`.
    public let period: Period?
    /// Whether there is a `provision.period` that cannot be read, so that nobody knows what it bounds.
    let hasUnreadablePeriod: Bool
    /// `provision.actor`.
    public let actors: [Actor]
    /// Whether `provision.action` is `consentaction#disclose`.
    public let permitsDisclosing: Bool
    /// Whether it holds anything that HRex forbids and we could not honour (HC-04), or that changes the meaning of
    /// what we read.
    public let hasUnsupportedProvision: Bool
    /// Whether a `Consent.category` is `pdex-consent-api-purpose#provider-access`: an opt-out, or an opt-in after one
    /// (PDex Provider Access Consent, PA-04).
    public let isProviderAccess: Bool

    /// Whether `Consent.scope` names treatment, research or an advance directive, and nothing else.
    public let isAboutOtherMatters: Bool
    /// Whether `Consent.policyRule` is an opt-out.
    public let isOptOutByRule: Bool
    /// Whether a nested provision denies, so that the permit has exceptions.
    public let hasNestedDenial: Bool
    /// Whether implicit rules or a modifier extension may change its meaning.
    let isModified: Bool
    /// The codes of scope and categories with their systems; empty when the consent does not say what kind it is.
    let kind: Set<String>

    /// Reads a Consent.
    public init(_ resource: Resource) {
        status = resource["status"]?.string ?? ""
        given = resource["dateTime"]?.string.flatMap { FHIRDate($0) }
        isAboutPrivacy = Self.has(resource["scope"], "consentscope", "patient-privacy")
        isAboutDisclosure = (resource["category"]?.elements ?? []).contains { Self.has($0, "v3-ActCode", "IDSCL") }
        performers = resource["performer"]?.elements.count ?? 0
        evidence = Self.evidence(resource)
        let policies = (resource["policy"]?.elements ?? []).compactMap { $0["uri"]?.string }
        policy = policies.count == 1 ? Self.policy(policies[0]) : nil
        let provision = resource["provision"]
        provisionType = provision?["type"]?.string
        period = provision?["period"].flatMap(Period.init)
        hasUnreadablePeriod = provision?["period"] != nil && period == nil
        actors = (provision?["actor"]?.elements ?? []).map(Self.actor)
        permitsDisclosing = (provision?["action"]?.elements ?? []).contains {
            Self.has($0, "consentaction", "disclose")
        }
        isProviderAccess = (resource["category"]?.elements ?? []).contains { category in
            (category["coding"]?.elements ?? []).contains {
                $0["system"]?.string == Self.apiPurpose && $0["code"]?.string == "provider-access"
            }
        }
        let scopes = (resource["scope"]?["coding"]?.elements ?? []).map { $0["code"]?.string }
        isAboutOtherMatters =
            !scopes.isEmpty && scopes.allSatisfy { ["research", "treatment", "adr"].contains($0) }
            && ["research", "treatment", "adr"].contains { Self.has(resource["scope"], "consentscope", $0) }
        kind = Set(
            Self.codes(resource["scope"], "scope")
                + (resource["category"]?.elements ?? []).flatMap { Self.codes($0, "category") })
        let rules = (resource["policyRule"]?["coding"]?.elements ?? []).compactMap { $0["code"]?.string }
        isOptOutByRule = rules.contains { $0.uppercased().hasPrefix("OPTOUT") }
        hasNestedDenial = (provision?["provision"]?.elements ?? []).contains(where: Self.denies)
        let forbidden = ["securityLabel", "purpose", "class", "code", "dataPeriod", "data", "provision"]
        isModified = resource["implicitRules"] != nil || Self.isModified(.object(resource.json))
        hasUnsupportedProvision = forbidden.contains { provision?[$0] != nil } || isModified
    }

    private static let apiPurpose = "http://hl7.org/fhir/us/davinci-pdex/CodeSystem/pdex-consent-api-purpose"

    /// Whether there is a modifier extension outside contained resources: a reader that does not know it must stop.
    private static func isModified(_ json: JSONValue) -> Bool {
        switch json {
        case .array(let elements): elements.contains(where: isModified)
        case .object(let object):
            object.members.contains { member in
                member.key == "modifierExtension" || (member.key != "contained" && isModified(member.value))
            }
        default: false
        }
    }

    /// Whether a nested provision, or one within it, denies.
    private static func denies(_ provision: JSONValue) -> Bool {
        provision["type"]?.string == "deny" || (provision["provision"]?.elements ?? []).contains(where: denies)
    }

    private static func actor(_ json: JSONValue) -> Actor {
        var roles: Set<Actor.Role> = []
        if has(json["role"], "provenance-participant-type", "performer") { roles.insert(.source) }
        if has(json["role"], "v3-ParticipationType", "IRCP") { roles.insert(.recipient) }
        return Actor(roles: roles, identifier: json["reference"]?["identifier"].flatMap(Identifier.init))
    }

    private static func evidence(_ resource: Resource) -> Evidence {
        if let source = resource["sourceReference"] {
            let type = source["reference"]?.string.flatMap { Reference(parsing: $0).type } ?? source["type"]?.string
            return type == "DocumentReference" ? .document : .other
        }
        return resource["sourceAttachment"] == nil ? .none : .other
    }

    private static func policy(_ uri: String) -> Policy? {
        let page = "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#"
        guard uri.hasPrefix(page) else { return nil }
        return Policy(rawValue: String(uri.dropFirst(page.count)))
    }

    private static func codes(_ concept: JSONValue?, _ element: String) -> [String] {
        (concept?["coding"]?.elements ?? []).map { coding in
            "\(element) \(coding["system"]?.string ?? "") \(coding["code"]?.string ?? "")"
        }
    }

    /// Whether a CodeableConcept has the code `code` from HL7's code system `system`.
    private static func has(_ concept: JSONValue?, _ system: String, _ code: String) -> Bool {
        (concept?["coding"]?.elements ?? []).contains {
            $0["system"]?.string == "http://terminology.hl7.org/CodeSystem/" + system && $0["code"]?.string == code
        }
    }
}
