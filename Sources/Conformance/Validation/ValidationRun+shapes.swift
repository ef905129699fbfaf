import FHIR
import FHIRPath

extension ValidationRun {
    /// Checks the formats of primitive values, and that data types have the elements: what a profile sheet knows about
    /// types.
    ///
    /// Nothing is reported about types that R4's tables lack.
    func checkShapes(_ object: JSONObject, in shape: R4Shape) {
        for member in object.members where member.key != "resourceType" {
            let isCompanion = member.key.utf8.first == UInt8(ascii: "_")
            let name = isCompanion ? String(member.key.dropFirst()) : member.key
            guard let child = shape.element(name) else {
                guard shape.isDataType else { continue }
                trail.enter(Self.isName(name) ? name : "?")
                report(.elementUnknown, "the definition has no such element")
                trail.leave()
                continue
            }
            guard !isCompanion, child.name != "Resource" else { continue }
            trail.enter(name)
            if case .array(let items) = member.value {
                for (place, item) in items.enumerated() where item != .null {
                    trail.enter(place)
                    checkShape(item, child)
                    trail.leave()
                }
            } else {
                checkShape(member.value, child)
            }
            trail.leave()
        }
    }

    private func checkShape(_ value: JSONValue, _ shape: R4Shape) {
        if let primitive = shape.isPrimitive ? PrimitiveType(rawValue: shape.name) : nil {
            switch PrimitiveFormat.check(value, primitive) {
            case .right: break
            case .wrongJSON: report(.jsonType, "\(primitive.rawValue) is not written like this in JSON")
            case .wrongFormat: report(.primitiveFormat, "not in the format of \(primitive.rawValue)")
            }
        } else if let object = value.object {
            checkShapes(object, in: shape)
        } else if shape.isDataType {
            report(.jsonType, "an object is expected")
        }
    }
}
