import FHIR
import PDex

/// Where a resource comes from: its version at the clinic, since when it is so, and who wrote it (PV-02, PV-11, UC-09).
struct Origin: Sendable, Hashable {
    /// The resource's address at the clinic, with its version where the clinic numbers them.
    let reference: String
    /// When the clinic wrote this version.
    let lastUpdated: Instant?
    /// Who wrote it, by the resource's own word, as far as they travel along.
    let authors: [ResourceKey]
    /// Whether it names anybody else, whom the payer cannot be told.
    let hasOthers: Bool

    /// The origin of a staged resource at the clinic of that base URL.
    init(_ staged: StagedResource, base: String, authors: [ResourceKey], hasOthers: Bool) {
        let version = staged.versionID.flatMap { Resource.isID($0) ? "/_history/" + $0 : nil } ?? ""
        reference = "\(base)/\(staged.type)/\(staged.id)\(version)"
        lastUpdated = staged.lastUpdated
        self.authors = authors
        self.hasOthers = hasOthers
    }

    /// Whom a resource names as those who wrote it: the elements for which R4 says so (`FiveWs.author`), and the author
    /// of a document.
    static func authors(of resource: JSONObject, type: String) -> [JSONValue] {
        elements[type].flatMap { resource[$0]?.elements } ?? []
    }

    private static let elements = [
        "AllergyIntolerance": "recorder", "CarePlan": "author", "Condition": "recorder", "DocumentReference": "author",
        "MedicationRequest": "requester", "Procedure": "recorder", "QuestionnaireResponse": "author",
        "ServiceRequest": "requester",
    ]
}
