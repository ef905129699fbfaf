import FHIR
import PDex

/// A resource as the payer will get it, except for its references. A class, because several steps share it.
final class MappedResource: Sendable {
    let staged: StagedResource
    let json: JSONObject
    /// `Type/id` at the payer.
    let location: String
    /// The profile that it was made for, `canonical|version`.
    let profile: String
    /// What the gate found and let pass; nil when it has not looked yet.
    private let judgement: [GateRemark]?

    init(
        staged: StagedResource, json: JSONObject, location: String, profile: String, judgement: [GateRemark]? = nil
    ) {
        self.staged = staged
        self.json = json
        self.location = location
        self.profile = profile
        self.judgement = judgement
    }

    /// What the gate found and let pass.
    var remarks: [GateRemark] { judgement ?? [] }

    /// Whether the gate has looked at it.
    var isJudged: Bool { judgement != nil }

    /// The same resource once the gate has looked.
    func judged(_ remarks: [GateRemark]) -> MappedResource {
        MappedResource(staged: staged, json: json, location: location, profile: profile, judgement: remarks)
    }
}
