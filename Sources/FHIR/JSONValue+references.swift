extension JSONValue {
    /// Calls `body` with every string member named `reference`, in contained resources too, in document order.
    public func forEachReference(_ body: (String) -> Void) {
        switch self {
        case .array(let elements):
            for element in elements { element.forEachReference(body) }
        case .object(let object):
            for member in object.members {
                if case .string(let text) = member.value {
                    if member.key == "reference" { body(text) }
                } else {
                    member.value.forEachReference(body)
                }
            }
        default: break
        }
    }

    /// Lets `rewrite` change every object that has a string member named `reference`, inner ones first.
    ///
    /// What `rewrite` puts in is not visited, so that it ends; everything else stays as it was.
    public mutating func rewriteReferences(_ rewrite: (_ holder: inout JSONObject) throws -> Void) rethrows {
        switch self {
        case .array(var elements):
            // The value lets go of its storage first: a second owner would make every change a copy.
            self = .null
            for index in elements.indices { try elements[index].rewriteReferences(rewrite) }
            self = .array(elements)
        case .object(var object):
            self = .null
            try object.updateValues { try $0.rewriteReferences(rewrite) }
            if object["reference"]?.string != nil { try rewrite(&object) }
            self = .object(object)
        default: break
        }
    }
}
