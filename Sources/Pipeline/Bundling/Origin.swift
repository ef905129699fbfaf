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

    /// The origin of a staged resource at the clinic of that base URL.
    init(_ staged: StagedResource, base: String, authors: [ResourceKey]) {
        let version = staged.versionID.flatMap { Resource.isID($0) ? "/_history/" + $0 : nil } ?? ""
        reference = "\(base)/\(staged.type)/\(staged.id)\(version)"
        lastUpdated = staged.lastUpdated
        self.authors = authors
    }

    /// The references of a resource to those who wrote it: the elements for which R4 says so (`FiveWs.author`), and the
    /// author of a document.
    static func authors(of resource: JSONObject, type: String) -> [String] {
        guard let element = elements[type], let value = resource[element] else { return [] }
        return value.elements.compactMap { $0["reference"]?.string }
    }

    private static let elements = [
        "AllergyIntolerance": "recorder", "CarePlan": "author", "Condition": "recorder", "DocumentReference": "author",
        "MedicationRequest": "requester", "Procedure": "recorder", "QuestionnaireResponse": "author",
        "ServiceRequest": "requester",
    ]
}
