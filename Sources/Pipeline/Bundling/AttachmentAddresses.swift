import FHIR

/// Addresses of attachments that the clinic wrote relative to its own server: at the payer they would lead to another
/// document or nowhere, so they are made absolute (FHIR R4, Attachment.url).
enum AttachmentAddresses {
    private static let elements: Set<String> = [
        "attachment", "content", "contentAttachment", "photo", "presentedForm", "sourceAttachment", "valueAttachment",
    ]
    private static let types: Set<String> = [
        "Communication", "CommunicationRequest", "Consent", "DiagnosticReport", "DocumentReference", "Media",
        "QuestionnaireResponse",
    ]

    /// A resource with absolute addresses.
    static func whole(_ resource: Resource, base: String) -> JSONObject {
        types.contains(resource.type) ? whole(resource.json, base) : resource.json
    }

    private static func whole(_ json: JSONObject, _ base: String) -> JSONObject {
        JSONObject(
            members: json.members.map { member in
                let value = elements.contains(member.key) ? addressed(member.value, base) : inside(member.value, base)
                return JSONObject.Member(key: member.key, value: value)
            })
    }

    private static func inside(_ value: JSONValue, _ base: String) -> JSONValue {
        switch value {
        case .object(let object): .object(whole(object, base))
        case .array(let elements): .array(elements.map { inside($0, base) })
        default: value
        }
    }

    private static func addressed(_ value: JSONValue, _ base: String) -> JSONValue {
        if case .array(let elements) = value { return .array(elements.map { addressed($0, base) }) }
        guard var attachment = value.object, let url = attachment["url"]?.string, isRelative(url)
        else { return inside(value, base) }
        attachment["url"] = .string(base + "/" + url)
        return .object(attachment)
    }

    /// Whether a URL is relative to a server's base: it begins with neither a scheme, nor a host, nor a place in the
    /// resource.
    private static func isRelative(_ url: String) -> Bool {
        guard let first = url.utf8.first, !["/", "#", "?"].contains(UnicodeScalar(first)) else { return false }
        return !url.prefix { $0 != "/" }.contains(":")
    }
}
