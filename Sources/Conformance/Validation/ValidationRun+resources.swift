import FHIR
import FHIRPath

extension ValidationRun {
    /// Checks a resource: the whole one, a contained one, or a bundle's entry.
    func check(resource: JSONValue, _ object: JSONObject, type: String, against wanted: [String]) -> [String] {
        let outer = (scope, profile, holders)
        let isContained = outer.0.resource != nil && trail.isContained
        scope = ResourceScope(resource, root: isContained ? outer.0 : nil)
        defer { (scope, profile, holders) = outer }
        let profiles = profiles(wanted, claimed: object["meta"]?["profile"]?.elements ?? [], type: type)
        for compiled in profiles {
            profile = compiled.canonical
            holders = [Holder(path: type, type: type)]
            check(object, shape: compiled.root, in: compiled)
            if compiled.root.isPartial, let shape = R4Shape(type) { checkShapes(object, in: shape) }
            check(invariants: compiled.root, resource)
        }
        if isContained { checkContained(object) } else { checkContainedUse(resource, object) }
        if type == "Bundle" { check(bundle: object) }
        return profiles.map(\.canonical)
    }

    /// The profiles to check it against: those that were asked for, else those claimed, else its type's definition.
    private func profiles(_ wanted: [String], claimed: [JSONValue], type: String) -> [CompiledProfile] {
        let names = wanted.isEmpty ? claimed.compactMap(\.string) : wanted
        var found: [CompiledProfile] = []
        for name in names {
            if let known = compiled(name) {
                if known.type == type {
                    found.append(known)
                } else {
                    report(.profileType, "the profile is for another type of resource")
                }
            } else if !wanted.isEmpty {
                skip(.profileUnknown, "the profile \(name) is in no package")
            } else {
                // A claimed profile is the resource's own text: it is not repeated.
                skip(.profileUnknown, "a profile that the resource claims is in no package")
            }
        }
        if found.isEmpty, let base = compiled("http://hl7.org/fhir/StructureDefinition/\(type)") { found = [base] }
        return found
    }

    /// Checks a resource inside an element whose type is a resource.
    func check(inner value: JSONValue, type elementType: ElementType) {
        guard let object = value.object, let type = object["resourceType"]?.string, ResourceTypes.contains(type) else {
            report(.resourceType, "no resource type of FHIR R4")
            return
        }
        if !["Resource", "DomainResource", type].contains(elementType.code) {
            report(.resourceType, "a resource of the type \(elementType.code) is expected")
        }
        _ = check(
            resource: value, object, type: type, against: elementType.profiles.filter { compiled($0)?.type == type })
    }

    /// FHIR R4 dom-2, dom-4, dom-5.
    private func checkContained(_ object: JSONObject) {
        if object["contained"] != nil { report(.containedNested, "a contained resource contains another") }
        if let meta = object["meta"]?.object,
            meta["versionId"] != nil || meta["lastUpdated"] != nil || meta["security"] != nil
        {
            report(.containedMeta, "a contained resource has a version, a time of update or a security label")
        }
    }

    /// FHIR R4 dom-3: the resource refers to each contained one, or that one refers to the resource.
    private func checkContainedUse(_ resource: JSONValue, _ object: JSONObject) {
        guard let contained = object["contained"]?.array, !contained.isEmpty else { return }
        var used: Set<String> = []
        resource.forEachLocalLink { used.insert($0) }
        for (place, inner) in contained.enumerated() {
            let pointsBack = inner.refersToContainer
            guard let id = inner["id"]?.string, !pointsBack, !used.contains(id) else { continue }
            trail.enter("contained")
            trail.enter(place)
            report(.containedUnused, "a contained resource that nothing in the resource refers to")
            trail.leave()
            trail.leave()
        }
    }
}

extension JSONValue {
    /// Calls `body` with the id of every `#id` that is used as a reference, canonical or URI.
    fileprivate func forEachLocalLink(_ body: (String) -> Void) {
        switch self {
        case .string(let text):
            if text.utf8.first == UInt8(ascii: "#") { body(String(text.dropFirst())) }
        case .array(let items):
            for item in items { item.forEachLocalLink(body) }
        case .object(let object):
            for member in object.members { member.value.forEachLocalLink(body) }
        default: break
        }
    }

    fileprivate var refersToContainer: Bool {
        var refers = false
        forEachReference { if $0 == "#" { refers = true } }
        return refers
    }
}
