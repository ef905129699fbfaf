import FHIR

/// A path from the resource down to an element, through every item of the lists on it: `content.attachment.url`.
struct ElementPath: Sendable, Hashable {
    let text: String
    /// The elements above the last one.
    let parents: [String]
    /// The element itself; `_name` means the id and extensions of a primitive.
    let last: String

    init?(_ text: String) {
        var steps = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let last = steps.popLast(), !last.isEmpty, steps.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.text = text
        self.last = last
        parents = steps
    }

    /// The first element, without the underscore that leads to a primitive's extensions.
    var first: String {
        let name = parents.first ?? last
        return name.hasPrefix("_") ? String(name.dropFirst()) : name
    }

    /// Lets `body` change every object that has or may have the element.
    func editParents<Failure: Error>(
        of object: inout JSONObject, _ body: (inout JSONObject) throws(Failure) -> Void
    ) throws(Failure) {
        try Self.edit(&object, parents[...], body)
    }

    private static func edit<Failure: Error>(
        _ object: inout JSONObject, _ steps: ArraySlice<String>, _ body: (inout JSONObject) throws(Failure) -> Void
    ) throws(Failure) {
        guard let step = steps.first else { return try body(&object) }
        switch object[step] {
        case .object(var inner)?:
            try edit(&inner, steps.dropFirst(), body)
            object[step] = .object(inner)
        case .array(var items)?:
            for index in items.indices {
                guard case .object(var inner) = items[index] else { continue }
                try edit(&inner, steps.dropFirst(), body)
                items[index] = .object(inner)
            }
            object[step] = .array(items)
        default:
            return
        }
    }
}
