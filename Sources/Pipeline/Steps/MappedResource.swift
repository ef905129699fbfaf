import FHIR
import PDex

/// A resource as the payer will get it, but for its references.
struct MappedResource: Sendable {
    let staged: StagedResource
    let json: JSONObject
    /// `Type/id` at the payer.
    let location: String
    /// The profile that it was made for, `canonical|version`.
    let profile: String
    /// What the gate found and let pass.
    var remarks: [GateRemark] = []
    /// Whether the gate has looked at it.
    var isJudged = false
}
