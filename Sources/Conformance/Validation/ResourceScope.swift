import FHIR
import FHIRPath

/// The resource that an element belongs to: what `%resource` and `#id` mean there.
struct ResourceScope {
    /// The resource; nil when it cannot be given to FHIRPath.
    let resource: Resource?
    /// The contained resources of the outermost resource, by id.
    let contained: [String: JSONValue]
    let type: String
    /// The resource around it, when it is contained.
    let container: Resource?

    init(_ json: JSONValue, root: ResourceScope?) {
        resource = try? Resource(json)
        type = json["resourceType"]?.string ?? ""
        container = root?.container ?? root?.resource
        if let root {
            contained = root.contained
        } else {
            let pairs = (json["contained"]?.elements ?? []).compactMap { inner in
                inner["id"]?.string.map { ($0, inner) }
            }
            contained = Dictionary(pairs) { first, _ in first }
        }
    }
}
