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

    /// Takes over the contained resources that what was kept still refers to, and those that they refer to.
    mutating func attachContained(_ contained: JSONValue) {
        var wanted: Set<String> = []
        JSONValue.object(self).addLocalReferences(to: &wanted)
        guard !wanted.isEmpty else { return }
        var kept: [Int: JSONValue] = [:]
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for (index, resource) in contained.elements.enumerated() where kept[index] == nil {
                guard let id = resource["id"]?.string, wanted.contains("#" + id), var object = resource.object else {
                    continue
                }
                object["text"] = nil
                kept[index] = .object(object)
                resource.addLocalReferences(to: &wanted)
                isGrowing = true
            }
        }
        guard !kept.isEmpty else { return }
        self["contained"] = .array(kept.sorted { $0.key < $1.key }.map(\.value))
    }
}

extension JSONValue {
    fileprivate var unknownModifier: String? {
        switch self {
        case .object(let object): return object.unknownModifier
        case .array(let items):
            for item in items {
                if let found = item.unknownModifier { return found }
            }
            return nil
        default: return nil
        }
    }

    fileprivate func addLocalReferences(to wanted: inout Set<String>) {
        forEachReference { if $0.hasPrefix("#") { wanted.insert($0) } }
    }
}
