import FHIR

extension ValidationRun {
    /// Checks a code, Coding, CodeableConcept, Quantity or text against a value set.
    func check(_ binding: Binding, _ value: JSONValue) {
        guard let valueSet = library.valueSet(binding.valueSet) else {
            skip(.bindingUnchecked, "the value set \(binding.valueSet) is in no package")
            return
        }
        switch valueSet.membership(of: value) {
        case .member: break
        case .unknown:
            skip(.bindingUnchecked, "the value set \(binding.valueSet) draws on a system that is in no package")
        case .notMember:
            if binding.isRequired {
                report(.bindingRequired, "no code from the required value set \(binding.valueSet)")
            } else if !Self.isTextOnly(value) {
                report(
                    .bindingExtensible, "no code from the extensible value set \(binding.valueSet)", severity: .warning)
            }
        }
    }

    private static func isTextOnly(_ value: JSONValue) -> Bool {
        guard let object = value.object else { return false }
        return object["coding"] == nil && object["code"] == nil
    }
}

extension ValueSetRule {
    /// Whether one of the codes of an element is in the value set.
    func membership(of value: JSONValue) -> CodeMembership {
        switch value {
        case .string(let code): return membership(system: nil, code: code)
        case .object(let object):
            if let codings = object["coding"] {
                return codings.elements.reduce(CodeMembership.notMember) { $0.or(coding($1)) }
            }
            if object["code"] != nil || object["system"] != nil { return coding(value) }
            // A quantity need not have a unit.
            if object["value"] != nil { return .member }
            // Instead of a code there may be the reason for its absence.
            return object["extension"] != nil ? .unknown : .notMember
        default: return .unknown
        }
    }

    private func coding(_ value: JSONValue) -> CodeMembership {
        guard let code = value["code"]?.string else { return value["extension"] != nil ? .unknown : .notMember }
        // A code without a system is in no value set (FHIR R4 §4.3.8).
        guard let system = value["system"]?.string else { return .notMember }
        return membership(system: system, code: code)
    }
}
