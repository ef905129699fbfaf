import Conformance
import FHIR
import PDex

/// Holds each mapped resource against the profile that it was made for, before it may travel (PB-03, UC-07).
///
/// One a run: the validator compiles each profile once, and what was found is counted for the run's report.
struct ConformanceGate: Sendable {
    let policy: ConformancePolicy
    private let validator: Validator?
    private let tally = GateTally()

    init(_ policy: ConformancePolicy, _ validator: Validator?) {
        self.policy = policy
        self.validator = validator
    }

    /// Whether what does not conform must not be sent.
    var isStrict: Bool { policy.gate == .strict && validator != nil }

    /// What decides its verdicts, for the fingerprint of exchanges.
    var identity: String {
        policy.gate == .off
            ? ""
            : [policy.gate.rawValue, policy.onInvalid.rawValue, validator?.identity ?? ""]
                .joined(separator: " ")
    }

    /// Whether it looks at anything.
    var looks: Bool { policy.gate != .off && validator != nil }

    /// Whether a profile asks what references lead to: what is made for it is looked at when that is known.
    func asksTargets(_ profile: String) -> Bool { looks && validator?.asksTargets(profile) == true }

    /// What `memberOf` says in mappings, whether the gate looks or not; nil without packages, sheets and value sets.
    var memberOf: (@Sendable (JSONValue, String) -> Bool?)? {
        guard let validator else { return nil }
        return { value, url in validator.isMember(value, of: url) }
    }

    /// What decides what `memberOf` says.
    var vocabulary: String { validator?.identity ?? "" }

    /// The errors of a resource against its profile; nothing when the gate is off. `targets` are what it refers to.
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

    /// Demands that something of our own conforms to what it claims, and throws `conformance.invalid`, which parks,
    /// where it must.
    func demand(_ resource: JSONValue) throws(Fault) {
        guard let object = resource.object, let first = remarks(on: object, nil, profile: nil).first, isStrict
        else { return }
        throw Self.fault(first.finding.text)
    }

    /// A bundle must be complete in itself: each entry once, and no reference that leads to nothing in it (PB-07).
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

    /// What was found until now, most frequent first.
    var summary: [String: Int] { tally.counts }

    static func fault(_ what: String) -> Fault {
        Fault(
            .conformanceInvalid, .park, what,
            hint: "correct it at the source or in the mapping; `conformance` of the payer says what is done with such")
    }
}
