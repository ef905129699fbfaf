/// An element of type `Reference`: all that it says about its target (FHIR R4 §2.3.0).
///
/// A literal reference has a text, a logical one an identifier; one with neither names its target in words.
public struct ReferenceElement: Sendable, Hashable {
    /// The literal reference, in any of the forms of ``Reference``.
    public let reference: String?
    /// The type that the element gives for its target, without the URL that may precede it.
    public let type: String?
    /// The identifier of the target.
    public let identifier: Identifier?
    /// The target in words.
    public let display: String?

    /// Reads an object; nil when it is not a `Reference`.
    ///
    /// Without a literal reference it counts as one when it has only members that a `Reference` may have. A coding with
    /// only a display looks the same: a caller that acts on words alone gets both.
    public init?(_ object: JSONObject) {
        let reference = object["reference"]?.string
        if reference == nil {
            guard object.members.count <= Self.members.count,
                object.members.allSatisfy({ Self.members.contains($0.key) })
            else { return nil }
        }
        let identifier = object["identifier"].flatMap(Identifier.init)
        let display = object["display"]?.string
        guard reference != nil || identifier != nil || display != nil else { return nil }
        self.reference = reference
        self.identifier = identifier
        self.display = display
        type = object["type"]?.string?.split(separator: "/").last.map(String.init)
    }

    /// A reference of these parts.
    public init(_ reference: String?, type: String? = nil, identifier: Identifier? = nil, display: String? = nil) {
        self.reference = reference
        self.type = type
        self.identifier = identifier
        self.display = display
    }

    /// The same without the words.
    public var unspoken: ReferenceElement { ReferenceElement(reference, type: type, identifier: identifier) }

    private static let members: Set = [
        "id", "extension", "type", "_type", "identifier", "display", "_display",
    ]
}

extension JSONValue {
    /// Calls `body` with every ``ReferenceElement``, in contained resources too, inner ones after outer ones.
    public func forEachReferenceElement(_ body: (ReferenceElement) -> Void) {
        switch self {
        case .array(let elements):
            for element in elements { element.forEachReferenceElement(body) }
        case .object(let object):
            if let element = ReferenceElement(object) { body(element) }
            for member in object.members { member.value.forEachReferenceElement(body) }
        default: break
        }
    }
}
