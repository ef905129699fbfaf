import FHIR

extension JSONObject {
    /// The first member that changes the meaning of everything around it (RD-20), or nil.
    var unknownModifier: String? {
        let members = members
        for index in members.indices {
            let length = members[index].key.utf8.count
            if length == 17, members[index].key == "modifierExtension" { return members[index].key }
            if length == 13, members[index].key == "implicitRules" { return members[index].key }
            if let found = members[index].value.unknownModifier { return found }
        }
        return nil
    }
}

extension JSONValue {
    fileprivate var unknownModifier: String? {
        switch self {
        case .object(let object): return object.unknownModifier
        case .array(let items):
            for index in items.indices {
                if let found = items[index].unknownModifier { return found }
            }
            return nil
        default: return nil
        }
    }
}
