import Conformance
import FHIR
import PDex

/// Validates each mapped resource against the profile for which it was made, before it may be sent (PB-03, UC-07).
///
/// One per run: the validator compiles each profile once, and findings are counted for the run's report.
struct ConformanceGate: Sendable {
    let policy: ConformancePolicy
    private let validator: Validator?
    private let tally = GateTally()

    init(_ policy: ConformancePolicy, _ validator: Validator?) {
        self.policy = policy
        self.validator = validator
    }

    /// Whether resources that do not conform must not be sent.
    var isStrict: Bool { policy.gate == .strict && validator != nil }

    /// What determines its verdicts, for the fingerprint of exchanges.
    var identity: String {
        policy.gate == .off
            ? ""
            : [policy.gate.rawValue, policy.onInvalid.rawValue, validator?.identity ?? ""]
                .joined(separator: " ")
    }

    /// Whether it checks anything.
    var looks: Bool { policy.gate != .off && validator != nil }

    /// Whether a profile constrains the targets of references: such resources are checked once these are known.
    func asksTargets(_ profile: String) -> Bool { looks && validator?.asksTargets(profile) == true }

    /// `memberOf` for mappings, whether or not the gate is on; nil without packages, sheets and value sets.
    var memberOf: (@Sendable (JSONValue, String) -> Bool?)? {
        guard let validator else { return nil }
        return { value, url in validator.isMember(value, of: url) }
    }

    /// What determines the answers of `memberOf`.
    var vocabulary: String { validator?.identity ?? "" }

    /// The errors of a resource against its profile; none if the gate is off. `targets` are what it refers to.
    func remarks(
        on resource: JSONObject, _ key: ResourceKey?, profile: String?, among targets: BundleIndex? = nil
    ) -> [GateRemark] {
        guard policy.gate != .off, let validator else { return [] }
        let report = validator.validate(
            .object(resource), against: [profile].compactMap(\.self), fullURLs: targets)
        return report.errors.map { finding in
            let remark = GateRemark(key: key, finding)
            tally.count(remark)
            return remark
        }
    }

    /// Checks that a resource of our own conforms to what it claims; if it must but does not, throws
    /// `conformance.invalid`, which parks.
    func demand(_ resource: JSONValue) throws(Fault) {
        guard let object = resource.object, let first = remarks(on: object, nil, profile: nil).first, isStrict
        else { return }
        throw Self.fault(first.finding.text)
    }

    /// A bundle must be complete in itself: each entry once, and no reference to a node that is missing (PB-07).
    func demandWhole(_ nodes: [GraphNode]) throws(Fault) {
        guard isStrict else { return }
        let present = Set(nodes.map(\.key))
        guard Set(nodes.map(\.location)).count == nodes.count else {
            throw Self.fault("Bundle.entry · bundle.full-url-twice · two entries have one address")
        }
        for (place, node) in nodes.enumerated() where !present.isSuperset(of: node.references) {
            throw Self.fault("Bundle.entry[\(place)] · bundle.reference · it refers to what is not in the bundle")
        }
    }

    /// The findings so far, most frequent first.
    var summary: [String: Int] { tally.counts }

    static func fault(_ what: String) -> Fault {
        Fault(
            .conformanceInvalid, .park, what,
            hint: "correct it at the source or in the mapping; `conformance` of the payer says what is done with such")
    }
}
