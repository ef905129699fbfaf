import FHIR

extension ValidationRun {
    /// Checks an extension against the definition that its URL names.
    func check(extension value: JSONValue, _ type: ElementType, _ rule: ElementRule, in compiled: CompiledProfile) {
        guard let object = value.object else {
            report(.jsonType, "an object is expected")
            return
        }
        let url = object["url"]?.string ?? ""
        let isInner = rule.sliceName != nil && !rule.children.isEmpty
        if isInner {
            // A part of a complex extension: the definition around it says all.
            walk(object, rule, in: compiled)
        } else if let known = definition(url, type) {
            checkContext(known)
            let outer = profile
            profile = known.canonical
            walk(object, known.root, in: known)
            check(invariants: known.root, value)
            profile = outer
        } else {
            note(url, rule)
            if let base = self.compiled(type.definition) { walk(object, base.root, in: base) }
        }
        // FHIR R4 ext-1.
        let hasValue = object.members.contains { $0.key.hasPrefix("value") || $0.key.hasPrefix("_value") }
        if hasValue == (object["extension"] != nil) {
            report(.extensionValue, "an extension has either a value or extensions")
        }
    }

    private func walk(_ object: JSONObject, _ shape: ElementRule, in compiled: CompiledProfile) {
        // Definitions name an extension's place by the whole path, too: `Patient.contact.extension`.
        let path = holders.last.map { $0.path + ".extension" } ?? "Extension"
        holders.append(Holder(path: path, type: "Extension"))
        check(object, shape: shape, in: compiled)
        holders.removeLast()
    }

    private func definition(_ url: String, _ type: ElementType) -> CompiledProfile? {
        // The profile may name the version of the definition.
        if let named = type.profiles.first(where: { PackageSet.parts($0).url == url }), let known = compiled(named) {
            return known
        }
        guard url.contains(":"), let known = compiled(url), known.type == "Extension" else { return nil }
        return known
    }

    private func note(_ url: String, _ rule: ElementRule) {
        if rule.name == "modifierExtension" {
            report(.extensionModifier, "a modifier extension that no package defines")
        } else if url.contains(":") {
            skip(.extensionUnknown, "extensions that no package defines")
        }
    }

    /// Whether the extension may be used where it is (FHIR R4 StructureDefinition.context).
    private func checkContext(_ known: CompiledProfile) {
        guard !known.contexts.isEmpty, let holder = holders.last else { return }
        let isAllowed = known.contexts.contains { context in
            switch context.type {
            case "element": allows(context.expression, holder)
            case "extension": holder.type == "Extension"
            // A FHIRPath context would have to be searched for in the whole resource.
            default: true
            }
        }
        if !isAllowed { report(.extensionContext, "the extension's definition does not allow it here") }
    }

    private func allows(_ expression: String, _ holder: Holder) -> Bool {
        let name = expression.split(separator: "#").last.map(String.init) ?? expression
        switch name {
        case "Element", holder.path, holder.type: return true
        case "BackboneElement": return holder.path.contains(".")
        case "Resource", "DomainResource": return ResourceTypes.contains(holder.path)
        default:
            // A choice may be named by one of its types, and a path may begin with a type.
            return name == holder.path.replacing("[x]", with: "")
                || holder.path.hasPrefix(name + "[x]")
                || name.hasPrefix(holder.type + ".") && holder.path.hasSuffix(name.dropFirst(holder.type.count))
        }
    }
}
