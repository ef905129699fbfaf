import FHIR
import PDex

/// The origin of a resource: its version at the clinic, when that was written, and by whom (PV-02, PV-11, UC-09).
struct Origin: Sendable, Hashable {
    /// The resource's address at the clinic, with its version where the clinic numbers them.
    let reference: String
    /// When the clinic wrote this version.
    let lastUpdated: Instant?
    /// Its authors by its own word, as far as they are sent along.
    let authors: [ResourceKey]
    /// Whether it names others as well, who cannot be named to the payer.
    let hasOthers: Bool

    /// The origin of a staged resource at the clinic with that base URL.
    init(_ staged: StagedResource, base: String, authors: [ResourceKey], hasOthers: Bool) {
        let version = staged.versionID.flatMap { Resource.isID($0) ? "/_history/" + $0 : nil } ?? ""
        reference = "\(base)/\(staged.type)/\(staged.id)\(version)"
        lastUpdated = staged.lastUpdated
        self.authors = authors
        self.hasOthers = hasOthers
    }

    /// The authors that a resource names: the elements that R4 marks as such (`FiveWs.author`), and the author of a
    /// document.
    static func authors(of resource: JSONObject, type: String) -> [JSONValue] {
        elements[type].flatMap { resource[$0]?.elements } ?? []
    }

    private static let elements = [
        "AllergyIntolerance": "recorder", "CarePlan": "author", "Condition": "recorder", "DocumentReference": "author",
        "MedicationRequest": "requester", "Procedure": "recorder", "QuestionnaireResponse": "author",
        "ServiceRequest": "requester",
    ]
}
