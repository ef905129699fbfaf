import FHIR

extension ValidationRun {
    /// Checks one value of an element: its type, its content, and what the rule says about it.
    func checkValue(
        _ value: JSONValue, _ companion: JSONValue, _ type: ElementType?, _ rule: ElementRule,
        in compiled: CompiledProfile
    ) {
        guard let type else {
            if let reference = rule.contentReference {
                check(repeated: value, reference, in: compiled)
            } else if !rule.children.isEmpty {
                check(structure: value, rule, in: compiled, typed: nil)
            }
            if rule.isPartial { checkContent(value, rule) }
            return
        }
        switch type.kind {
        case .primitive(let primitive): check(primitive: value, companion, primitive, rule)
        case .resource: check(inner: value, type: type)
        case .extensionElement: check(extension: value, type, rule, in: compiled)
        case .reference:
            check(structure: value, rule, in: compiled, typed: type)
            check(reference: value, type)
        case .complex: check(structure: value, rule, in: compiled, typed: type)
        }
        checkContent(value, rule)
    }

    private func checkContent(_ value: JSONValue, _ rule: ElementRule) {
        guard value != .null else { return }
        if let fixed = rule.fixed, !value.isSame(as: fixed) {
            report(.valueFixed, "the value is not the one that the profile fixes")
        }
        if let pattern = rule.pattern, !value.contains(pattern: pattern) {
            report(.valuePattern, "the value lacks what the profile's pattern has")
        }
        if let least = rule.least, value.isLess(than: least) == true {
            report(.valueMin, "the value is less than the profile allows")
        }
        if let most = rule.most, most.isLess(than: value) == true {
            report(.valueMax, "the value is more than the profile allows")
        }
        for binding in rule.bindings { check(binding, value) }
        check(invariants: rule, value)
        if let outer = rule.outer { checkContent(value, outer) }
    }

    private func check(repeated value: JSONValue, _ reference: String, in compiled: CompiledProfile) {
        // A content reference with an address is to the base definition, whose rules are the same.
        let address = reference.prefix { $0 != "#" }
        let other = address.isEmpty ? compiled : self.compiled(String(address)) ?? compiled
        guard let rule = other.rule(reference) ?? compiled.rule(reference) else { return }
        check(structure: value, rule, in: other, typed: nil)
        check(invariants: rule, value)
    }

    /// Checks an object against the children that the profile lists, or else against the definition of its type.
    private func check(
        structure value: JSONValue, _ rule: ElementRule, in compiled: CompiledProfile, typed: ElementType?
    ) {
        guard let object = value.object else {
            if value == .null {
                report(.jsonNull, "null stands where a value should")
            } else {
                report(.jsonType, "an object is expected")
            }
            return
        }
        let definition = typed.flatMap { self.compiled($0.profiles.count == 1 ? $0.profiles[0] : $0.definition) }
        holders.append(Holder(path: rule.path, type: typed?.code ?? "BackboneElement"))
        defer { holders.removeLast() }
        if !rule.children.isEmpty {
            check(object, shape: rule, in: compiled)
        } else if let definition {
            check(object, shape: definition.root, in: definition)
        } else if let typed, let base = self.compiled(typed.definition) {
            skip(.profileUnknown, "the profile \(typed.profiles.first ?? typed.code) is in no package")
            check(object, shape: base.root, in: base)
        }
        if let definition, typed?.code != "BackboneElement" { check(invariants: definition.root, value) }
    }

    private func check(
        primitive value: JSONValue, _ companion: JSONValue, _ type: PrimitiveType, _ rule: ElementRule
    ) {
        if companion != .null { check(companion: companion, rule) }
        guard value != .null else {
            if companion["extension"] == nil { report(.jsonNull, "neither a value nor an extension") }
            return
        }
        switch PrimitiveFormat.check(value, type) {
        case .right: break
        case .wrongJSON: report(.jsonType, "\(type.rawValue) is not written like this in JSON")
        case .wrongFormat: report(.primitiveFormat, "not in the format of \(type.rawValue)")
        }
        if let most = rule.maxLength ?? rule.outer?.maxLength, let text = value.string, text.unicodeScalars.count > most
        {
            report(.primitiveLength, "longer than \(most) characters")
        }
    }

    /// Checks the companion of a primitive: an id and extensions.
    private func check(companion: JSONValue, _ rule: ElementRule) {
        guard let object = companion.object else {
            report(.jsonType, "beside a primitive an object is expected")
            return
        }
        guard let element = compiled("http://hl7.org/fhir/StructureDefinition/Element") else { return }
        holders.append(Holder(path: rule.path, type: rule.types.first?.code ?? ""))
        check(object, shape: element.root, in: element)
        holders.removeLast()
    }
}
