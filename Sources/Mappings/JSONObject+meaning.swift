import FHIR

extension JSONObject {
    /// The first member that changes the meaning of everything around it (RD-20), or nil.
    var unknownModifier: String? {
        let members = members
        for index in members.indices {
            let length = members[index].key.utf8.count
            if length == 17, members[index].key == "modifierExtension" { return members[index].key }
            if length == 13, members[index].key == "implicitRules" { return members[index].key }
            switch members[index].value {
            case .object(let object):
                if let found = object.unknownModifier { return found }
            case .array(let items):
                if let found = items.unknownModifier { return found }
            default: continue
            }
        }
        return nil
    }
}

extension [JSONValue] {
    fileprivate var unknownModifier: String? {
        for index in indices {
            switch self[index] {
            case .object(let object):
                if let found = object.unknownModifier { return found }
            case .array(let items):
                if let found = items.unknownModifier { return found }
            default: continue
            }
        }
        return nil
    }
}
