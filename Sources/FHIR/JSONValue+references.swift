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

    /// Appends the shortest JSON of what ``rewriteReferences(_:)`` would make of the value, which stays unchanged.
    ///
    /// One walk and no second tree: only the objects that refer to something are copied.
    public func write(
        into out: inout JSONOutput, rewriting rewrite: (_ holder: inout JSONObject) throws -> Void
    ) rethrows {
        switch self {
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for index in elements.indices {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                try elements[index].write(into: &out, rewriting: rewrite)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let object):
            guard !object.refers else {
                var holder = object
                try holder.updateValues { try $0.rewriteReferences(rewrite) }
                try rewrite(&holder)
                return JSONValue.object(holder).write(into: &out)
            }
            out.append(UInt8(ascii: "{"))
            let members = object.members
            for index in members.indices {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONWriter.write(members[index].key, into: &out)
                out.append(UInt8(ascii: ":"))
                try members[index].value.write(into: &out, rewriting: rewrite)
            }
            out.append(UInt8(ascii: "}"))
        default: write(into: &out)
        }
    }

    /// Lets `rewrite` change every object that refers to something by a literal reference or by an identifier alone,
    /// inner ones first.
    ///
    /// What `rewrite` inserts is not visited, so that the walk ends; everything else stays as it was.
    public mutating func rewriteReferences(_ rewrite: (_ holder: inout JSONObject) throws -> Void) rethrows {
        switch self {
        case .array(var elements):
            // The value releases its storage first: with a second owner every change would be a copy.
            self = .null
            for index in elements.indices { try elements[index].rewriteReferences(rewrite) }
            self = .array(elements)
        case .object(var object):
            self = .null
            try object.updateValues { try $0.rewriteReferences(rewrite) }
            if object.refers { try rewrite(&object) }
            self = .object(object)
        default: break
        }
    }
}

extension JSONObject {
    /// Whether it is a `Reference` that a reader could follow.
    fileprivate var refers: Bool {
        var hasIdentifier = false
        let members = members
        for index in members.indices {
            let key = members[index].key
            switch key.utf8.count {
            case 9 where key.hasSameBytes(as: "reference"): if members[index].value.string != nil { return true }
            case 10 where key.hasSameBytes(as: "identifier"): hasIdentifier = members[index].value.object != nil
            default: break
            }
        }
        return hasIdentifier && ReferenceElement(self) != nil
    }
}
